import { type BlobStore, collectGarbage, type Collected } from '@stella-ops/engine-blobs';
import type { Digest, Timestamp } from '@stella-ops/engine-kernel';

const DAY_MS = 86_400_000;

/**
 * Removes objects of a tenant's area that no row names and that were put more than a day ago. Only the service whose rows
 * name all objects of the area may sweep it, and whoever names an object in a row puts it before, even when it is there.
 *
 * @param named which of some digests a row names; in a transaction of the tenant
 */
export function sweepObjects(
  store: BlobStore,
  named: (digests: readonly Digest[]) => Promise<readonly string[]>,
  { now, signal }: { readonly now: Timestamp; readonly signal: AbortSignal },
): Promise<Collected> {
  const live = async (digests: readonly Digest[]) => new Set((await named(digests)) as readonly Digest[]);
  return collectGarbage(store, live, { minAgeMs: DAY_MS, nowMs: Date.parse(now), signal });
}

/** A sweep of what was put on a day, and when all of that is old enough. One a day is enough: the day is its key. */
export function sweepOfDay(now: Timestamp): { readonly day: string; readonly startAfter: Timestamp } {
  const day = now.slice(0, 10);
  return { day, startAfter: new Date(Date.parse(day) + 2 * DAY_MS).toISOString() };
}
