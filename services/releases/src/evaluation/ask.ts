import { AppError } from '@stella-ops/engine-kernel/errors';
import type { Unavailable } from '../domain/facts.ts';

export type Asked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint: string };

/** Asks another service: its refusals are answers, too. What ends the work itself is thrown. */
export async function ask<T>(signal: AbortSignal, call: () => Promise<T>): Promise<Asked<T>> {
  try {
    return { ok: true, value: await call() };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof AppError)) throw error;
    return { ok: false, code: error.code, message: error.message, hint: error.hint };
  }
}

/** A refusal that says nothing of the subject: the service is not there or not well. */
export function unavailable(service: string, { code, message }: { code: string; message: string }): Unavailable {
  return { kind: 'unavailable', service, message: `${code}: ${message}` };
}

/** Runs over a list, at most so many at once; results in the order of the list. */
export async function mapLimited<T, R>(items: readonly T[], limit: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of entries) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}
