import type { Digest } from '@stella-ops/engine-kernel';
import type { BlobStore } from './types.ts';

export interface CollectOptions {
  /** Blobs put more recently stay: their reference may not be written yet. */
  readonly minAgeMs: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
}

export interface Collected {
  readonly removed: number;
  readonly removedBytes: number;
  readonly kept: number;
  /** Temporary files of interrupted writes. */
  readonly swept: number;
}

/**
 * Deletes the blobs that nothing refers to and that are older than `minAgeMs`, and what interrupted writes left.
 *
 * @param live digests that are referred to; read them after `nowMs` was taken, so that a reference made in between counts
 */
export async function collectGarbage(
  store: BlobStore,
  live: { has(digest: Digest): boolean },
  { minAgeMs, nowMs }: CollectOptions,
): Promise<Collected> {
  const beforeMs = nowMs - minAgeMs;
  let removed = 0;
  let removedBytes = 0;
  let kept = 0;
  for await (const { digest, size, modifiedMs } of store.list()) {
    if (modifiedMs < beforeMs && !live.has(digest) && (await store.delete(digest))) {
      removed++;
      removedBytes += size;
    } else {
      kept++;
    }
  }
  return { removed, removedBytes, kept, swept: await store.sweepTemporary(beforeMs) };
}
