import type { Environment, Promotion } from '@stella-ops/contracts/releases';

const REACHED: ReadonlySet<Promotion['state']> = new Set(['approved', 'deployed']);
const UNDER_WAY: ReadonlySet<Promotion['state']> = new Set(['pending_gate', 'pending_approval', 'deploying']);

/**
 * The lowest environment that a release has not reached. Undefined: it is everywhere, or on its way there already and
 * further promotions would only wait for that.
 */
export function nextEnvironment<T extends Pick<Environment, 'id' | 'order'>>(
  environments: readonly T[],
  promotions: readonly Pick<Promotion, 'environmentId' | 'state'>[],
): T | undefined {
  const inStates = (states: ReadonlySet<Promotion['state']>): Set<string> =>
    new Set(promotions.filter(({ state }) => states.has(state)).map(({ environmentId }) => environmentId));
  const reached = inStates(REACHED);
  const next = environments.toSorted((a, b) => a.order - b.order).find(({ id }) => !reached.has(id));
  return next === undefined || inStates(UNDER_WAY).has(next.id) ? undefined : next;
}
