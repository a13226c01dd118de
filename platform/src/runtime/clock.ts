import { randomFillSync } from 'node:crypto';
import type { Clock } from '@stella-ops/engine-kernel';

/** Wall-clock time for records, monotonic time for durations. */
export interface SystemClock extends Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  monotonicMs(): number;
}

export interface IdSource {
  /** UUIDv7 (RFC 9562, section 5.7): ids of one process sort by the order they were made in. */
  uuid(): string;
}

export interface Randomness {
  bytes(count: number): Buffer;
}

export const systemClock: SystemClock = {
  now: () => new Date().toISOString(),
  monotonicMs: () => performance.now(),
};

export const systemRandomness: Randomness = {
  bytes: (count) => randomFillSync(Buffer.allocUnsafe(count)),
};

const COUNTER_BITS = 12;

/**
 * UUIDv7 with the monotonic counter of RFC 9562, section 6.2, method 1: within a millisecond, or when the clock steps
 * back, the 12 bits of `rand_a` count up, and the time moves on when they overflow.
 *
 * @param nowMs milliseconds since the epoch
 */
export function uuidSource(nowMs: () => number, randomness: Randomness): IdSource {
  let lastMs = -1;
  let counter = 0;
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;
  // One call into the random source for many ids: the call costs more than the bytes.
  const take = (count: number): Buffer => {
    if (used + count > pool.length) {
      pool = randomness.bytes(1024);
      used = 0;
    }
    used += count;
    return pool.subarray(used - count, used);
  };
  return {
    uuid() {
      const now = nowMs();
      if (now > lastMs) {
        lastMs = now;
        // The top bit starts clear, so that at least 2,048 ids fit into the millisecond.
        counter = take(2).readUInt16BE() & 0x7ff;
      } else if (++counter >> COUNTER_BITS !== 0) {
        lastMs++;
        counter = 0;
      }
      const time = lastMs.toString(16).padStart(12, '0');
      const rest = take(8).toString('hex');
      const variant = ((Number.parseInt(rest[0] ?? '0', 16) & 0x3) | 0x8).toString(16);
      return `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, '0')}-${variant}${rest.slice(1, 4)}-${rest.slice(4)}`;
    },
  };
}

export const systemIds: IdSource = uuidSource(() => Date.now(), systemRandomness);
