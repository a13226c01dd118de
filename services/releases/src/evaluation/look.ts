import type { Gate } from '@stella-ops/contracts/releases';
import type { FreezeFact } from '../domain/facts.ts';
import { approvalGate } from '../domain/gates/approval-gate.ts';
import { policyDigestOf } from '../domain/policy-digest.ts';
import { standingApprovals } from '../domain/standing-approvals.ts';
import { approvalFacts, lostApprovals } from '../promotion-approvals.ts';
import { approvalsOf, type VoidedApproval } from '../store/approvals.ts';
import { environmentBefore, type EnvironmentRow, freezesOf } from '../store/environments.ts';
import { progressIn, type PromotionRow } from '../store/promotions.ts';
import { targetsOfEnvironment } from '../store/targets.ts';
import type { Tx } from '../store/tx.ts';
import type { Answers } from './evaluate-promotion.ts';
import { gatesOf, withEarlierTimes } from './gates-of.ts';

export interface Looked {
  /** All of them, each with the time at which it began to say what it says. */
  readonly gates: readonly Gate[];
  readonly freezes: readonly FreezeFact[];
  /** `undefined` while an image is without a decision. */
  readonly policyDigest: string | null | undefined;
  /** Approvals that count no more, and why. */
  readonly voided: readonly VoidedApproval[];
  /** An approval counts of which Authority was not asked, because it was given since: look once more. */
  readonly isUnasked: boolean;
}

/** All gates of a promotion, from what others answered and what lies here: under the locks of both. */
export async function look(
  tx: Tx,
  at: string,
  mode: 'verified' | 'unverified',
  answers: Answers,
  promotion: PromotionRow,
  environment: EnvironmentRow,
): Promise<Looked> {
  const freezes = (await freezesOf(tx, [environment.id], at)).map((freeze) => ({
    ...freeze,
    createdBy: freeze.createdBy.name,
  }));
  const lower = await environmentBefore(tx, environment.order);
  const before =
    lower === undefined
      ? undefined
      : {
          environment: lower.name,
          deploys: (await targetsOfEnvironment(tx, lower.id)).length > 0,
          promotion: await progressIn(tx, promotion.releaseId, lower.id),
        };
  const { release } = promotion;
  const others = gatesOf(at, { ...answers, release, mode, environment: environment.name, before, freezes });

  const policyDigest = policyDigestFrom(answers);
  const approvals = await approvalsOf(tx, [promotion.id]);
  const { requestedBy } = promotion;
  const barred = environment.isSeparationOfDuties ? requestedBy.id : undefined;
  const { approvers } = answers;
  const basis = { releaseDigest: promotion.releaseDigest, policyDigest, barred, approvers, gates: others };
  const { standing, voided, isUnasked } = standingApprovals(approvalFacts(approvals), basis);
  const lost = lostApprovals(approvals, standing, voided);
  const unknown = approvers.kind === 'unavailable' ? approvers : undefined;
  const approval = approvalGate(at, environment, requestedBy, { standing, lost, unknown });
  return {
    gates: withEarlierTimes([...others, approval], promotion.gates),
    freezes,
    policyDigest,
    voided,
    isUnasked,
  };
}

function policyDigestFrom({ scans, policies }: Answers): string | null | undefined {
  const digests = policies.flatMap(({ answer }) => (answer.kind === 'decided' ? [answer.policy.digest] : []));
  const isWhole = digests.length === policies.length && scans.every(({ scanned }) => scanned.length > 0);
  return isWhole ? policyDigestOf(digests) : undefined;
}
