import type { Decision } from '@stella-ops/contracts/policy';

type Reason = Decision['reasons'][number];

/** What a policy counts, in the order in which people ask for it. */
export const COUNTS: readonly (readonly [string, string])[] = [
  ['critical', 'Critical'],
  ['high', 'High'],
  ['medium', 'Medium'],
  ['low', 'Low'],
  ['none', 'Without severity'],
  ['unknown', 'Of unknown severity'],
  ['excepted', 'Excepted'],
  ['notEvaluated', 'Not decidable'],
  ['gaps', 'Gaps in the inventory'],
  ['uncovered', 'Components without advisories'],
];

/** How many findings each action of the policy took. */
export const ACTION_COUNTS: readonly (readonly [string, string])[] = [
  ['deny', 'Findings denied'],
  ['pending', 'Findings for a person'],
  ['allow', 'Findings let pass'],
];

export function countOf(counts: Decision['counts'], name: string): number {
  return Object.hasOwn(counts, name) ? (counts[name] ?? 0) : 0;
}

export interface ReasonRow {
  readonly reason: Reason;
  /** Whether it holds in the present decision, in the one that was tried, or in both. */
  readonly side: 'now' | 'tried' | 'both';
}

/** The reasons of two decisions on one image: what the tried one adds first, then what it would take away, then the rest. */
export function diffReasons(now: readonly Reason[], tried: readonly Reason[]): readonly ReasonRow[] {
  const key = ({ action, sentence }: Reason): string => `${action} ${sentence}`;
  const before = new Set(now.map(key));
  const after = new Set(tried.map(key));
  return [
    ...tried.filter((one) => !before.has(key(one))).map((reason) => ({ reason, side: 'tried' as const })),
    ...now.filter((one) => !after.has(key(one))).map((reason) => ({ reason, side: 'now' as const })),
    ...tried.filter((one) => before.has(key(one))).map((reason) => ({ reason, side: 'both' as const })),
  ];
}
