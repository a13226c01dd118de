import type { Environment, Promotion } from '@stella-ops/contracts/releases';

/** Who looks at the page. */
export interface Reviewer {
  readonly id: string;
  readonly name: string;
  readonly mayApprove: boolean;
}

/**
 * Why a person cannot approve a promotion now, as a sentence to show beside the button; null: nothing speaks against
 * it. The server decides; this only says beforehand what it would say.
 */
export function reviewConflict(
  promotion: Promotion,
  environment: Pick<Environment, 'isSeparationOfDuties'> | undefined,
  reviewer: Reviewer,
): string | null {
  if (promotion.state === 'pending_gate')
    return 'Its gates are not met yet; people are asked when nothing else is missing.';
  if (promotion.state !== 'pending_approval') return 'It does not wait for an approval.';
  if (environment?.isSeparationOfDuties !== false && promotion.requestedBy.id === reviewer.id) {
    return 'You requested this, so you cannot approve it: another person must.';
  }
  if (hasApproved(promotion, reviewer.id)) return 'You approved this already; one approval of a person counts.';
  if (!reviewer.mayApprove) return 'Your roles do not include approving promotions (promotion.approve).';
  return null;
}

/** Whether a standing approval of this person counts. */
export function hasApproved(promotion: Pick<Promotion, 'approvals'>, personId: string): boolean {
  return promotion.approvals.some(
    ({ person, verdict, isValid }) => person.id === personId && verdict === 'approved' && isValid,
  );
}
