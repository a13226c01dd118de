import { type Promotion, type Release, RELEASES_EVENTS } from '@stella-ops/contracts/releases';
import { etagOfVersion, type RequestContext, requireMatch } from '@stella-ops/platform/http';
import type { Change } from '@stella-ops/platform/service';
import type { Deps } from '../deps.ts';
import { isOpen } from '../domain/promotion-states.ts';
import { fail } from '../errors.ts';
import { promotionFact, promotionViews } from '../promotion-view.ts';
import {
  changePromotion,
  findPromotion,
  lockPromotion,
  type PromotionChange,
  type PromotionRow,
} from '../store/promotions.ts';
import { lockEnvironment } from '../store/environments.ts';
import { findRelease } from '../store/releases.ts';
import type { Tx } from '../store/tx.ts';

/** What a person's act makes of a promotion; members that it leaves out stay. */
export type Act = Partial<Pick<PromotionChange, 'state' | 'sentence' | 'gates' | 'decidedAt'>>;

/**
 * Runs what a person does to a promotion, under its lock and its environment's: the act, the next version, the event.
 *
 * @param act may refuse; returns what changes
 * @throws AppError `NOT_FOUND`, `PRECONDITION_FAILED` when the caller named a version that is not the present one
 */
export async function changeOpen(
  { host, record }: Deps,
  context: RequestContext,
  promotionId: string,
  act: (tx: Tx, promotion: PromotionRow, change: Change) => Promise<Act>,
): Promise<{ readonly body: Promotion; readonly headers: { readonly etag: string } }> {
  const reply = await host.change(context, async (tx: Tx, change) => {
    const found = await findPromotion(tx, promotionId);
    if (found !== undefined) await lockEnvironment(tx, found.environmentId);
    const promotion = await lockPromotion(tx, promotionId);
    if (promotion === undefined) throw fail('NOT_FOUND', 'there is no such promotion');
    if (context.ifMatch !== undefined) requireMatch(context.ifMatch, etagOfVersion(promotion.version));
    const release = await findRelease(tx, promotion.releaseId);
    if (release === undefined) throw new Error('a promotion has a release');
    const next = await writeAct(tx, promotion, release, await act(tx, promotion, change), change);
    const [body] = await promotionViews(tx, [next]);
    if (body === undefined) throw new Error('one row has one view');
    return { status: 200, body, headers: { etag: etagOfVersion(body.version) }, from: promotion.state };
  });
  if (reply.from !== reply.body.state) record.promotions(1, { state: reply.body.state });
  return { body: reply.body, headers: reply.headers };
}

async function writeAct(
  tx: Tx,
  promotion: PromotionRow,
  release: Release,
  act: Act,
  change: Change,
): Promise<PromotionRow> {
  const { id, requiredApprovals, policyDigest } = promotion;
  const { state, sentence, gates, decidedAt } = { ...promotion, ...act };
  const at = change.at;
  const next = { id, state, sentence, gates, decidedAt, requiredApprovals, policyDigest, at };
  const version = await changePromotion(tx, next);
  const step = { from: promotion.state, to: state, version };
  await change.publish(RELEASES_EVENTS.promotionChanged, promotionFact(promotion, release, step));
  const row = await findPromotion(tx, id);
  if (row === undefined) throw new Error('a promotion that was just written is there');
  return row;
}

/** @throws AppError `PROMOTION_STATE` */
export function requireOpen({ state, sentence }: PromotionRow): void {
  if (!isOpen(state)) throw fail('PROMOTION_STATE', `the promotion is ${state}: ${sentence}`);
}
