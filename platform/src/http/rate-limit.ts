export type Taken = { readonly ok: true } | { readonly ok: false; readonly retryAfterSeconds: number };

/** Counts requests by key (tenant and actor, or address). */
export interface RateLimiter {
  take(key: string): Taken;
}

export interface BucketOptions {
  /** Requests that may come at once. */
  readonly burst: number;
  readonly perSecond: number;
  /** Keys remembered; default 100,000. Beyond it the key unused for longest starts anew. */
  readonly maxKeys?: number;
  readonly nowMs: () => number;
}

/** Token buckets in memory: each process counts for itself. */
export function tokenBuckets(options: BucketOptions): RateLimiter {
  const maxKeys = options.maxKeys ?? 100_000;
  const buckets = new Map<string, { tokens: number; atMs: number }>();
  return {
    take(key) {
      const nowMs = options.nowMs();
      const bucket = buckets.get(key);
      const earned = bucket === undefined ? 0 : ((nowMs - bucket.atMs) / 1000) * options.perSecond;
      const tokens = Math.min(options.burst, bucket === undefined ? options.burst : bucket.tokens + earned);
      // Deleting first keeps the map in order of last use.
      buckets.delete(key);
      buckets.set(key, { tokens: tokens >= 1 ? tokens - 1 : tokens, atMs: nowMs });
      if (buckets.size > maxKeys) {
        const [oldest = key] = buckets.keys();
        buckets.delete(oldest);
      }
      if (tokens >= 1) return { ok: true };
      return { ok: false, retryAfterSeconds: Math.ceil((1 - tokens) / options.perSecond) };
    },
  };
}

export const unlimited: RateLimiter = { take: () => ({ ok: true }) };

/** How many event streams each caller reads now. */
export interface StreamCount {
  isFull(key: string): boolean;
  /** @returns what takes the stream off the count again; call it once */
  enter(key: string): () => void;
}

/** Counts in memory: each process for itself. */
export function streamCount(max: number): StreamCount {
  const open = new Map<string, number>();
  return {
    isFull: (key) => (open.get(key) ?? 0) >= max,
    enter: (key) => {
      open.set(key, (open.get(key) ?? 0) + 1);
      return () => {
        const left = (open.get(key) ?? 1) - 1;
        if (left === 0) open.delete(key);
        else open.set(key, left);
      };
    },
  };
}
