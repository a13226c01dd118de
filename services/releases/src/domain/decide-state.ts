import type { Gate } from '@stella-ops/contracts/releases';
import { isMet } from './gates/gate.ts';
import { type PromotionEvent, type PromotionState, type Transition, transitionOf } from './promotion-states.ts';

/**
 * Where gates and approvals bring an open promotion.
 *
 * @param gates all of them, approval included
 * @param isFresh whether the decisions are as new as the last reason to decide anew; an older one approves nothing
 * @returns the transition; `undefined` when it stays where it is
 */
export function decideState(from: PromotionState, gates: readonly Gate[], isFresh: boolean): Transition | undefined {
  return transitionOf(from, eventOf(gates, isFresh));
}

function eventOf(gates: readonly Gate[], isFresh: boolean): PromotionEvent {
  if (gates.some((gate) => gate.name !== 'approval' && !isMet(gate))) return 'gates-unmet';
  if (!gates.every(isMet)) return 'gates-met';
  return isFresh ? 'all-met' : 'gates-met';
}
