import type { Decision } from '@stella-ops/contracts/policy';
import type { Finding, Findings } from '@stella-ops/engine-advisories';
import type { Reason, Verdict } from '@stella-ops/engine-policy';

export type DecisionReason = Decision['reasons'][number];

const MAX_REASONS = 50;
/** Sentences quote foreign records; the verdict has them whole. */
const MAX_SENTENCE = 1000;

const ACTION_WEIGHT = { allow: 0, warn: 1, pending: 2, deny: 3 } as const;
const LEVEL_SCORE = { none: 0, low: 0.1, medium: 4, high: 7, critical: 9, unknown: 0 } as const;

/** The reasons to show first: what denies, then what waits for a person, then warnings; the most severe first in each. */
export function topReasons(verdict: Verdict, findings: Findings): DecisionReason[] {
  const severity = new Map(findings.findings.map((finding) => [keyOf(finding), scoreOf(finding)]));
  const rank = ({ finding }: Reason): number => (finding === undefined ? 0 : (severity.get(keyOf(finding)) ?? 0));
  // Stable: among equals the verdict's own order stays.
  return [...verdict.reasons]
    .sort((a, b) => ACTION_WEIGHT[b.action] - ACTION_WEIGHT[a.action] || rank(b) - rank(a))
    .slice(0, MAX_REASONS)
    .map(({ code, rule, action, sentence, fix, finding }) => ({
      code,
      rule,
      action,
      sentence: clipped(sentence),
      fix: fix === undefined ? null : clipped(fix),
      vulnerability: finding?.vulnerability ?? null,
      component: finding?.component ?? null,
    }));
}

function keyOf({ vulnerability, component }: Pick<Finding, 'vulnerability' | 'component'>): string {
  return JSON.stringify([vulnerability, component]);
}

function scoreOf({ severity }: Finding): number {
  return severity.score ?? LEVEL_SCORE[severity.level];
}

function clipped(text: string): string {
  return text.length <= MAX_SENTENCE ? text : `${text.slice(0, MAX_SENTENCE - 1)}…`;
}
