import { fail } from '@stella-ops/contracts';

export interface ByteLimits {
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** The time runs anew after each chunk: for streams that may last long but must not pause. */
  readonly restartsWithEachChunk: boolean;
}

/**
 * Passes bytes on, counting them and the time spent waiting for them (not the time that the reader takes).
 *
 * It never calls `return()` of a source that it gives up: for a socket that would destroy the connection before the
 * answer has been written.
 *
 * @throws AppError `BODY_TOO_LARGE`, `BODY_TOO_SLOW`
 */
export async function* guardedBytes(
  source: AsyncIterable<Uint8Array>,
  limits: ByteLimits,
): AsyncGenerator<Uint8Array, void> {
  const iterator = source[Symbol.asyncIterator]();
  const late = Promise.withResolvers<never>();
  late.promise.catch(() => undefined);
  let isWaiting = true;
  const timer = setTimeout(() => {
    if (isWaiting) late.reject(fail('BODY_TOO_SLOW', `the body did not arrive within ${limits.timeoutMs} ms`));
  }, limits.timeoutMs);
  let size = 0;
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), late.promise]);
      if (next.done === true) return;
      size += next.value.length;
      if (size > limits.maxBytes) throw fail('BODY_TOO_LARGE', `the body is over ${limits.maxBytes} bytes`);
      isWaiting = false;
      yield next.value;
      isWaiting = true;
      if (limits.restartsWithEachChunk) timer.refresh();
    }
  } finally {
    clearTimeout(timer);
  }
}
