import type { Environment, Promotion } from '@stella-ops/contracts/releases';

/** States in which a release needs no further promotion to the environment. */
const STANDS: ReadonlySet<Promotion['state']> = new Set([
  'pending_gate',
  'pending_approval',
  'approved',
  'deploying',
  'deployed',
]);

/** The lowest environment that a release has not reached and is not on its way to; undefined: it is everywhere. */
export function nextEnvironment<T extends Pick<Environment, 'id' | 'order'>>(
  environments: readonly T[],
  promotions: readonly Pick<Promotion, 'environmentId' | 'state'>[],
): T | undefined {
  const reached = new Set(
    promotions.filter(({ state }) => STANDS.has(state)).map(({ environmentId }) => environmentId),
  );
  return environments.toSorted((a, b) => a.order - b.order).find(({ id }) => !reached.has(id));
}
