import type { Drift } from '@stella-ops/contracts/deployments';
import type { Plan } from '@stella-ops/engine-compose';
import { driftOf, type ObservedContainer } from '@stella-ops/engine-deploy';

export interface StoredDrift extends Drift {
  readonly component: string | null;
}

/** Differences beyond these are as bad as these. */
const MAX_DRIFT = 200;

/**
 * Where a target differs from what was deployed there, with the time since when: a difference that was there at the last
 * look is as old as it was then.
 *
 * @param plan of the last deployment that succeeded there; `undefined`: none, so nothing can differ
 */
export function driftSince(
  plan: Plan | undefined,
  observed: readonly ObservedContainer[],
  before: readonly StoredDrift[],
  at: string,
  knownDeployments: readonly string[],
): StoredDrift[] {
  if (plan === undefined) return [];
  const since = new Map(before.map((one) => [key(one), one.since]));
  return driftOf(plan, observed, { knownDeployments })
    .slice(0, MAX_DRIFT)
    .map((one) => ({ ...one, component: componentOf(plan, one.service), since: since.get(key(one)) ?? at }));
}

/** A target that fell silent: what it said last is old. */
export function staleDrift(target: string, lastSeenAt: string, at: string): StoredDrift {
  const sentence = `nothing was heard of ${target} since ${lastSeenAt}`;
  return { kind: 'stale', service: null, component: null, sentence, expected: null, observed: null, since: at };
}

function key({ kind, service, observed }: Pick<Drift, 'kind' | 'service' | 'observed'>): string {
  return JSON.stringify([kind, service, observed]);
}

function componentOf(plan: Plan, service: string | null): string | null {
  if (plan.format === 'stella.script-plan/v1') return service;
  return plan.services.find(({ name }) => name === service)?.component ?? null;
}

/** Every digest that the image of a container is known by. */
export function digestsOf({ imageId, repoDigests, labels }: ObservedContainer): string[] {
  const named = repoDigests.map((one) => one.slice(one.lastIndexOf('@') + 1));
  const labelled = Object.hasOwn(labels, 'stella.digest') ? labels['stella.digest'] : undefined;
  return [...new Set([imageId, ...named, labelled])].filter(
    (digest): digest is string => digest !== undefined && /^sha256:[0-9a-f]{64}$/.test(digest),
  );
}
