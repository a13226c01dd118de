import type { Input } from '@stella-ops/contracts';
import type { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { transitionOf } from '../domain/promotion-states.ts';
import { rejectedSentence } from '../domain/sentences.ts';
import { fail } from '../errors.ts';
import { isPerson, personOf } from '../person.ts';
import { approvalsOf, insertApproval, voidApprovals } from '../store/approvals.ts';
import { changeOpen, requireOpen } from './change-open.ts';

/** Ends a promotion by the word of one person; whoever approved it before may change their mind. */
export async function rejectPromotion(
  deps: Deps,
  { params, body }: Input<typeof RELEASES_ROUTES.rejectPromotion>,
  context: RequestContext,
) {
  const person = personOf(context.caller);
  const reply = await changeOpen(deps, context, params.promotionId, async (tx, promotion, change) => {
    if (!isPerson(context.caller)) throw fail('SEPARATION_OF_DUTIES', 'only a person rejects a promotion');
    requireOpen(promotion);
    const transition = transitionOf(promotion.state, 'rejected');
    if (transition === undefined) throw fail('PROMOTION_STATE', `a promotion that is ${promotion.state} stays so`);
    const own = (await approvalsOf(tx, [promotion.id])).filter((one) => one.isValid && one.person.id === person.id);
    const withdrawn = own.map(({ id: approvalId }) => ({ approvalId, code: 'withdrawn' as const }));
    await voidApprovals(tx, withdrawn, change.at);
    const { releaseDigest, policyDigest } = promotion;
    await insertApproval(tx, change.tenantId, {
      id: deps.ids.uuid(),
      promotionId: promotion.id,
      person,
      verdict: 'rejected',
      reason: body.reason,
      releaseDigest,
      policyDigest,
      decidedAt: change.at,
    });
    change.audit({ type: 'promotion', id: promotion.id }, { releaseDigest, policyDigest });
    return { state: transition.to, sentence: rejectedSentence(person.name, body.reason), decidedAt: change.at };
  });
  return { status: 200 as const, ...reply };
}
