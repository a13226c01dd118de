import type { Gate } from '@stella-ops/contracts/releases';
import type { OrderFact } from '../facts.ts';
import { gateOf } from './gate.ts';

/**
 * A release climbs the environments one by one.
 *
 * @param before the environment with the next lower place; `undefined` when this is the first
 */
export function orderGate(at: string, release: string, environment: string, before: OrderFact | undefined): Gate {
  const name = 'order';
  if (before === undefined) {
    return gateOf(at, { name, state: 'passed', sentence: `${environment} is the first environment.` });
  }
  const { promotion } = before;
  const evidence = promotion === undefined ? [] : [{ kind: 'promotion' as const, id: promotion.id }];
  // Where things are deployed, approval alone has shown nothing.
  switch (promotion?.state === 'approved' && before.deploys ? 'deploying' : promotion?.state) {
    case 'approved':
    case 'deployed':
      return gateOf(at, {
        name,
        state: 'passed',
        sentence: `${release} was ${promotion?.state} for ${before.environment}.`,
        evidence,
      });
    case 'pending_gate':
    case 'pending_approval':
    case 'deploying':
      return gateOf(at, {
        name,
        state: 'waiting',
        sentence: `${release} is still on its way to ${before.environment}, which comes first.`,
        fix: `Bring the promotion to ${before.environment} to its end; this gate then passes by itself.`,
        unblockedBy: `whoever the promotion to ${before.environment} waits for`,
        evidence,
      });
    default:
      return gateOf(at, {
        name,
        state: 'blocked',
        sentence: `${release} ${whatBecame(promotion?.state, before.environment)}, which comes first.`,
        fix:
          promotion?.state === 'failed'
            ? `Resume the deployment to ${before.environment}, or ask for another promotion there.`
            : `Ask for a promotion to ${before.environment}.`,
        unblockedBy: 'anybody who may ask for promotions (promotion.write)',
        evidence,
      });
  }
}

function whatBecame(state: string | undefined, environment: string): string {
  switch (state) {
    case 'rejected':
    case 'cancelled':
      return `was ${state} for ${environment}`;
    case 'failed':
      return `failed to be deployed to ${environment}`;
    case 'rolled_back':
      return `was rolled back in ${environment}`;
    default:
      return `was never approved for ${environment}`;
  }
}
