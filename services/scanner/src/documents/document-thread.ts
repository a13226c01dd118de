import { parentPort, workerData } from 'node:worker_threads';
import { AppError } from '@stella-ops/engine-kernel';
import { type TaskAnswer, type TaskName, TASKS } from './tasks.ts';

const { task, input } = workerData as { readonly task: TaskName; readonly input: never };
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a port of threads, not of windows
parentPort?.postMessage(answer());

function answer(): TaskAnswer {
  try {
    return { kind: 'done', output: TASKS[task](input) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, message, status, exit, retryable, hint, place, details } = error;
    return { kind: 'refused', code, message, row: { status, exit, retryable, hint }, place, details };
  }
}
