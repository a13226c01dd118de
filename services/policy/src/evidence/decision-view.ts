import type { Decision } from '@stella-ops/contracts/policy';
import type { JudgedDecision } from '../judge/orders.ts';
import type { Evidence } from './gather.ts';

/** A verdict as the API and the decision's row tell it. */
export function decisionView(
  { image, snapshots }: Evidence,
  judged: JudgedDecision,
  asked: { readonly purpose: Decision['purpose']; readonly environment?: string | undefined },
): Decision {
  const { id, outcome, reasons, counts, policy, verdictDigest, findingsDigest, evaluatedAt } = judged;
  return {
    id,
    imageDigest: image.digest,
    environment: asked.environment ?? null,
    outcome,
    reasons,
    counts,
    verdictDigest,
    findingsDigest,
    policy,
    advisorySnapshot: snapshots.advisories.digest,
    vexSnapshot: snapshots.vex?.digest ?? null,
    purpose: asked.purpose,
    evaluatedAt,
  };
}
