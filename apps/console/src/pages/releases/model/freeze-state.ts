import type { Environment, Freeze } from '@stella-ops/contracts/releases';

/** The freeze that is on, or else the next one. `nowMs` is epoch milliseconds. */
export function freezeOf(
  { freezes }: Pick<Environment, 'freezes'>,
  nowMs: number,
): { readonly freeze: Freeze; readonly isActive: boolean } | undefined {
  const ahead = freezes
    .filter(({ endsAt }) => Date.parse(endsAt) > nowMs)
    .toSorted((a, b) => a.startsAt.localeCompare(b.startsAt));
  const active = ahead.filter(({ startsAt }) => Date.parse(startsAt) <= nowMs);
  // Several at once: the one that ends last keeps it closed.
  const last = active.toSorted((a, b) => b.endsAt.localeCompare(a.endsAt))[0];
  if (last !== undefined) return { freeze: last, isActive: true };
  const next = ahead[0];
  return next === undefined ? undefined : { freeze: next, isActive: false };
}
