import type { Findings } from '@stella-ops/engine-advisories';
import { type Digest, digestOfJson } from '@stella-ops/engine-kernel';
import type { Verdict } from '@stella-ops/engine-policy';

/**
 * Identity of what a judgement says, without what differs between any two: its time, the name of the snapshot, the
 * number of records in it, exceptions that covered nothing. Two judgements of an image with equal answers are told once.
 */
export function answerDigest(findings: Findings, verdict: Verdict): Digest {
  return digestOfJson({
    findings: findings.findings,
    coverage: findings.coverage.map(({ ecosystem, components, state }) => ({ ecosystem, components, state })),
    outcome: verdict.outcome,
    reasons: verdict.reasons,
    counts: verdict.counts,
    trace: verdict.trace,
    policy: verdict.policy.digest,
    exceptions: verdict.exceptions.flatMap(({ id, state }) => (state === 'applied' ? [id] : [])),
  });
}
