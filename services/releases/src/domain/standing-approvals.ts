import type { Gate, VoidCode } from '@stella-ops/contracts/releases';
import type { ApprovalFact, ApproversFact } from './facts.ts';

export interface ApprovalBasis {
  readonly releaseDigest: string;
  /** `undefined`: not known now, because something did not answer; that alone takes nobody's approval away. */
  readonly policyDigest: string | null | undefined;
  /** Whose approval does not count, whoever gave it before the rule: with separation of duties that of whoever asked. */
  readonly barred: string | undefined;
  /** Who of those who approved may do so now. */
  readonly approvers: ApproversFact;
  /** All gates but approval. */
  readonly gates: readonly Gate[];
}

export interface StandingApprovals {
  readonly standing: readonly ApprovalFact[];
  readonly voided: readonly (ApprovalFact & { readonly code: VoidCode })[];
  /** Some of those standing were given after it was asked who may approve. */
  readonly isUnasked: boolean;
}

/**
 * Tells approvals that still hold from those given for something else (other digests, another policy, a state of things
 * in which no gate was blocked) or by somebody who may not give one any more. Waiting is not blocked, and a service that
 * is restarted voids nothing.
 */
export function standingApprovals(approvals: readonly ApprovalFact[], basis: ApprovalBasis): StandingApprovals {
  const isBlocked = basis.gates.some((gate) => gate.state === 'blocked');
  const standing: ApprovalFact[] = [];
  const voided: (ApprovalFact & { code: VoidCode })[] = [];
  for (const approval of approvals) {
    const code = voidCode(approval, basis) ?? (isBlocked ? 'blocked' : undefined);
    if (code === undefined) standing.push(approval);
    else voided.push({ ...approval, code });
  }
  const { approvers } = basis;
  const isUnasked =
    approvers.kind === 'known' && standing.some(({ approvalId }) => !approvers.mayApprove.has(approvalId));
  return { standing, voided, isUnasked };
}

/** A right that was lost is named before all else: of these reasons it is the one that lasts. */
function voidCode(
  approval: ApprovalFact,
  { releaseDigest, policyDigest, barred, approvers }: ApprovalBasis,
): VoidCode | undefined {
  if (approvers.kind === 'known' && approvers.mayApprove.get(approval.approvalId) === false) return 'right_lost';
  if (approval.personId === barred) return 'duties';
  const isSame =
    approval.releaseDigest === releaseDigest && (policyDigest === undefined || approval.policyDigest === policyDigest);
  return isSame ? undefined : 'changed';
}
