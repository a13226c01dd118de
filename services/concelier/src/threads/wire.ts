import { AppError, type ErrorRow, type Place } from '@stella-ops/engine-kernel';

/** What a thread answers to one question. */
export type ThreadAnswer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/** Structured clone drops name and code of an error, so it crosses as a plain object. */
interface Fault {
  readonly message: string;
  readonly stack: string | undefined;
  readonly code?: string;
  readonly row?: ErrorRow;
  readonly place?: Place;
}

export function faultOf(error: unknown): Fault {
  if (error instanceof AppError) {
    const { message, stack, code, status, exit, retryable, hint, place } = error;
    return { message, stack, code, row: { status, exit, retryable, hint }, ...(place === undefined ? {} : { place }) };
  }
  return error instanceof Error
    ? { message: error.message, stack: error.stack }
    : { message: String(error), stack: undefined };
}

export function errorOf({ message, stack, code, row, place }: Fault): Error {
  if (code === undefined || row === undefined) return Object.assign(new Error(message), { stack });
  return new AppError(code, row, message, place === undefined ? {} : { place });
}
