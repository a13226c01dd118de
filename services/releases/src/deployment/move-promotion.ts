import { RELEASES_EVENTS } from '@stella-ops/contracts/releases';
import { publishEvent } from '@stella-ops/platform/events';
import type { Deps } from '../deps.ts';
import { type PromotionEvent, transitionOf } from '../domain/promotion-states.ts';
import { promotionFact } from '../promotion-view.ts';
import { changePromotion, type PromotionRow } from '../store/promotions.ts';
import { findRelease } from '../store/releases.ts';
import type { Tx } from '../store/tx.ts';

export interface PromotionMove {
  /** `undefined`: it stays where it is, only with another sentence. */
  readonly event: PromotionEvent | undefined;
  readonly sentence: string;
  readonly gates?: PromotionRow['gates'];
  readonly at: string;
}

/**
 * What a deployment does to the promotion that it belongs to: the next state, the next version, the event. A state that
 * does not know the event stays.
 *
 * @param promotion locked
 */
export async function movePromotion(
  deps: Pick<Deps, 'ids'>,
  tx: Tx,
  tenantId: string,
  promotion: PromotionRow,
  { event, sentence, gates = promotion.gates, at }: PromotionMove,
): Promise<void> {
  const transition = event === undefined ? undefined : transitionOf(promotion.state, event);
  if (event !== undefined && transition === undefined) return;
  const release = await findRelease(tx, promotion.releaseId);
  if (release === undefined) throw new Error('a promotion has a release');
  const to = transition?.to ?? promotion.state;
  const { id, requiredApprovals, policyDigest } = promotion;
  const decidedAt = transition?.effects.includes('decide') === true ? at : promotion.decidedAt;
  const version = await changePromotion(tx, {
    id,
    state: to,
    sentence,
    gates,
    requiredApprovals,
    policyDigest,
    at,
    decidedAt,
  });
  await publishEvent(tx, RELEASES_EVENTS.promotionChanged, {
    id: deps.ids.uuid(),
    tenantId,
    occurredAt: at,
    data: promotionFact(promotion, release, { from: promotion.state, to, version }),
  });
}
