import type { Gate } from '@stella-ops/contracts/releases';
import type { ApprovalFact } from './facts.ts';

export interface ApprovalBasis {
  readonly releaseDigest: string;
  /** `undefined`: not known now, because something did not answer; that alone takes nobody's approval away. */
  readonly policyDigest: string | null | undefined;
  /** Whose approval does not count, whoever gave it before the rule: with separation of duties that of whoever asked. */
  readonly barred: string | undefined;
  /** All gates but approval. */
  readonly gates: readonly Gate[];
}

/**
 * Tells approvals that still hold from those given for something else: other digests, another policy, or a state of
 * things in which no gate was blocked. Waiting is not blocked: a service that is restarted voids nothing.
 */
export function standingApprovals(
  approvals: readonly ApprovalFact[],
  { releaseDigest, policyDigest, barred, gates }: ApprovalBasis,
): { readonly standing: readonly ApprovalFact[]; readonly voided: readonly ApprovalFact[] } {
  const isBlocked = gates.some((gate) => gate.state === 'blocked');
  const stands = (approval: ApprovalFact): boolean =>
    !isBlocked &&
    approval.personId !== barred &&
    approval.releaseDigest === releaseDigest &&
    (policyDigest === undefined || approval.policyDigest === policyDigest);
  return { standing: approvals.filter(stands), voided: approvals.filter((approval) => !stands(approval)) };
}
