import type { Digest } from '@stella-ops/engine-kernel';
import type { BlobStore } from './types.ts';

export interface CollectOptions {
  /** Blobs put more recently stay: their reference may not be written yet. */
  readonly minAgeMs: number;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly signal?: AbortSignal;
}

export interface Collected {
  readonly removed: number;
  readonly removedBytes: number;
  readonly kept: number;
  /** Temporary files of interrupted writes. */
  readonly swept: number;
}

/** Old blobs that are asked about at once. */
const BATCH = 500;

/**
 * Deletes the blobs that nothing refers to and that are older than `minAgeMs`, and what interrupted writes left. Whoever
 * refers to a blob anew must have put it before, even when it was there: then nothing that is referred to is deleted.
 *
 * @param live which of some digests are referred to
 */
export async function collectGarbage(
  store: BlobStore,
  live: (digests: readonly Digest[]) => Promise<ReadonlySet<Digest>>,
  { minAgeMs, nowMs, signal }: CollectOptions,
): Promise<Collected> {
  const beforeMs = nowMs - minAgeMs;
  const swept = await store.sweepTemporary(beforeMs);
  const sum = { removed: 0, removedBytes: 0, kept: 0, swept };
  let old: { readonly digest: Digest; readonly size: number }[] = [];
  const remove = async (): Promise<void> => {
    signal?.throwIfAborted();
    const named = await live(old.map(({ digest }) => digest));
    for (const { digest, size } of old) {
      if (!named.has(digest) && (await store.deleteOld(digest, beforeMs))) {
        sum.removed++;
        sum.removedBytes += size;
      } else {
        sum.kept++;
      }
    }
    old = [];
  };
  for await (const { digest, size, modifiedMs } of store.list()) {
    if (modifiedMs >= beforeMs) sum.kept++;
    else old.push({ digest, size });
    if (old.length === BATCH) await remove();
  }
  if (old.length > 0) await remove();
  return sum;
}
