import type { Promotion } from '@stella-ops/contracts/releases';

export interface Inbox {
  readonly needsMe: readonly Promotion[];
  readonly others: readonly Promotion[];
  readonly done: readonly Promotion[];
}

/**
 * Sorts promotions into those that the person can decide, those that wait for other people, and those that people have
 * decided. What expires first comes first; what was decided last comes first.
 *
 * @param mine what the server says waits for the person
 * @param pending everything that waits for people
 * @param recent the newest promotions in any state
 */
export function inboxOf(
  mine: readonly Promotion[],
  pending: readonly Promotion[],
  recent: readonly Promotion[],
): Inbox {
  const ids = new Set(mine.map(({ id }) => id));
  const byExpiry = (a: Promotion, b: Promotion): number => a.expiresAt.localeCompare(b.expiresAt);
  return {
    needsMe: mine.toSorted(byExpiry),
    others: pending.filter(({ id }) => !ids.has(id)).toSorted(byExpiry),
    done: recent
      .filter(({ state, approvals }) => !state.startsWith('pending') && approvals.length > 0)
      .toSorted((a, b) => (b.decidedAt ?? '').localeCompare(a.decidedAt ?? '')),
  };
}
