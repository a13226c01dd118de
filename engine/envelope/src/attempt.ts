import { AppError } from '@stella-ops/engine-kernel';

/** A foreign document that was read, or a sentence that says what is wrong with it. */
export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string };

/** Turns "could not read it" into a value: for what strangers wrote that is a verdict. */
export function attempt<T>(work: () => T): Read<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof AppError) return { ok: false, detail: error.message };
    throw error;
  }
}
