import type { Input } from '@stella-ops/contracts';
import type { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { approvalGate } from '../domain/gates/approval-gate.ts';
import { openSentence } from '../domain/sentences.ts';
import { fail } from '../errors.ts';
import { lookAgain } from '../evaluation/look-again.ts';
import { isPerson, personOf } from '../person.ts';
import { approvalFacts, lostApprovals } from '../promotion-approvals.ts';
import { approvalsOf, insertApproval } from '../store/approvals.ts';
import type { PromotionRow } from '../store/promotions.ts';
import { changeOpen } from './change-open.ts';

/**
 * Records a person's approval for exactly what the gates were met with. The last one that is needed does not approve by
 * itself: policy decides anew, and when every gate is still met the promotion is approved.
 */
export async function approvePromotion(
  deps: Deps,
  { params, body }: Input<typeof RELEASES_ROUTES.approvePromotion>,
  context: RequestContext,
) {
  const person = personOf(context.caller);
  const reply = await changeOpen(deps, context, params.promotionId, async (tx, promotion, change) => {
    checkDuties(promotion, person.id, isPerson(context.caller));
    if (promotion.state !== 'pending_approval') {
      throw fail('PROMOTION_STATE', `it does not wait for approval but is ${promotion.state}: ${promotion.sentence}`);
    }
    const earlier = await approvalsOf(tx, [promotion.id]);
    if (approvalFacts(earlier).some(({ personId }) => personId === person.id)) {
      throw fail('ALREADY_DECIDED', `${person.name} has approved it already`);
    }
    const approval = await insertApproval(tx, change.tenantId, {
      id: deps.ids.uuid(),
      promotionId: promotion.id,
      person,
      verdict: 'approved',
      reason: body.reason,
      releaseDigest: promotion.releaseDigest,
      policyDigest: promotion.policyDigest,
      decidedAt: change.at,
    });
    const approvals = [...earlier, approval];
    const { requestedBy, releaseDigest, policyDigest } = promotion;
    const barred = promotion.isSeparationOfDuties ? requestedBy.id : undefined;
    const standing = approvalFacts(approvals).filter(({ personId }) => personId !== barred);
    const isLast = standing.length >= promotion.requiredApprovals;
    if (isLast) await lookAgain(deps, tx, change.tenantId, [promotion.id], { isStale: true });

    const lost = lostApprovals(approvals, standing);
    const gate = approvalGate(change.at, promotion, requestedBy, { standing, lost });
    const gates = promotion.gates.map((one) => (one.name === 'approval' ? gate : one));
    change.audit(
      { type: 'promotion', id: promotion.id },
      { releaseDigest, policyDigest, given: standing.length, required: promotion.requiredApprovals },
    );
    return { gates, sentence: openSentence(promotion.state, gates) };
  });
  return { status: 200 as const, ...reply };
}

/**
 * @throws AppError `SEPARATION_OF_DUTIES` for programs, and for the person who asked, by whatever login, token or service
 */
function checkDuties({ isSeparationOfDuties, requestedBy }: PromotionRow, personId: string, isPersonal: boolean): void {
  if (!isPersonal) throw fail('SEPARATION_OF_DUTIES', 'only a person approves a promotion');
  if (isSeparationOfDuties && requestedBy.id === personId) {
    throw fail('SEPARATION_OF_DUTIES', 'you asked for this promotion, so another person must approve it');
  }
}
