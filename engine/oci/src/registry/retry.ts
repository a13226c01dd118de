import { AppError } from '@stella-ops/engine-kernel';
import type { HttpResponse } from './exchange.ts';
import type { RegistryOptions } from './types.ts';

const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 30_000;
/** A registry that asks for more patience than this is as good as away. */
const MAX_RETRY_AFTER_MS = 120_000;
const TRANSIENT: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Whether the same request may well succeed a little later. */
export function isTransient(status: number): boolean {
  return TRANSIENT.has(status);
}

const FINAL: ReadonlySet<unknown> = new Set(['ENOTFOUND', 'ECONNREFUSED', 'ABORTED']);

/** A broken connection is worth another attempt; an unknown name, a closed port, a caller who gave up are not. */
export function isWorthRetry(error: unknown): boolean {
  return error instanceof AppError && error.retryable && !FINAL.has(error.details['cause']);
}

/**
 * How long to wait before the next attempt: what `Retry-After` asks (seconds or a date, RFC 9110 section 10.2.3), else
 * half a second, doubled each time. Undefined: give up.
 *
 * @param attempt the attempt that failed, from 1
 */
export function retryDelay(
  attempt: number,
  headers: HttpResponse['headers'] | undefined,
  options: RegistryOptions,
): number | undefined {
  if (attempt >= (options.attempts ?? 5)) return undefined;
  const backoff = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), MAX_DELAY_MS);
  const asked = headers?.['retry-after'];
  if (asked === undefined) return backoff;
  const milliseconds = /^\d{1,9}$/.test(asked)
    ? Number(asked) * 1000
    : Date.parse(asked) - Date.parse(options.clock.now());
  if (Number.isNaN(milliseconds)) return backoff;
  return milliseconds > MAX_RETRY_AFTER_MS ? undefined : Math.max(milliseconds, 0);
}

/** Runs `attempt` until it succeeds, fails for good, or has failed often enough. */
export async function withRetry<T>(options: RegistryOptions, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      const delay = isWorthRetry(error) ? retryDelay(count, undefined, options) : undefined;
      if (delay === undefined) throw error;
      await options.sleep(delay);
    }
  }
}
