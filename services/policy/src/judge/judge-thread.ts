import { parentPort, workerData } from 'node:worker_threads';
import { AppError, isObject } from '@stella-ops/engine-kernel';
import { Bench } from './bench.ts';
import type { FlatError, JudgeAnswer, JudgeRequest } from './orders.ts';

/** Start of the judging thread: one request at a time, each with one answer. */
const bench = new Bench(workerData as ConstructorParameters<typeof Bench>[0]);
parentPort?.on('message', (request: JudgeRequest) => parentPort?.postMessage(answer(request), []));

function answer(request: JudgeRequest): JudgeAnswer {
  try {
    const value = request.kind === 'decide' ? bench.decide(request.order) : bench.readPack(request.bytes);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, error: flattened(error) };
  }
}

function flattened(error: unknown): FlatError {
  if (!(error instanceof AppError)) {
    return { code: 'UNEXPECTED', message: String(error), hint: '', violations: [] };
  }
  const { code, message, hint, place, details } = error;
  const { line, column, pointer } = place ?? {};
  return {
    code,
    message,
    hint,
    place: {
      ...(line === undefined ? {} : { line }),
      ...(column === undefined ? {} : { column }),
      ...(pointer === undefined ? {} : { pointer }),
    },
    violations: violationsOf(details['diagnostics']),
  };
}

function violationsOf(diagnostics: unknown): FlatError['violations'] {
  if (!Array.isArray(diagnostics)) return [];
  return diagnostics.filter(isObject).map(({ pointer, line, column, code, message }) => ({
    pointer: String(pointer),
    message: `line ${String(line)}, column ${String(column)}: ${String(code)}: ${String(message)}`,
  }));
}
