import type { SeverityLevel } from '@stella-ops/engine-advisories';

/** Worst first. What nobody has rated stands before what somebody rated as harmless. */
const RANKS = ['critical', 'high', 'medium', 'low', 'unknown', 'none'] as const satisfies readonly SeverityLevel[];

const RANK_WIDTH = 1000;
const WITHOUT_SCORE = RANK_WIDTH - 1;
const HIGHEST_SCORE = 10;
const STEPS_PER_POINT = 90;

/**
 * Severity and score as one number that sorts worst first.
 *
 * @param score 0 to 10; null stands behind all scores of its severity
 */
export function priorityOf(level: SeverityLevel, score: number | null): number {
  const within = score === null ? WITHOUT_SCORE : Math.round((HIGHEST_SCORE - score) * STEPS_PER_POINT);
  return RANKS.indexOf(level) * RANK_WIDTH + within;
}

/** Lowest and highest priority of a severity. */
export function priorityRange(level: SeverityLevel): { readonly from: number; readonly to: number } {
  const from = RANKS.indexOf(level) * RANK_WIDTH;
  return { from, to: from + WITHOUT_SCORE };
}

const VULNERABILITY_UNITS = 60;
const COMPONENT_UNITS = 160;

/** What orders findings of one priority: bounded, since an index entry has a limit of 2.7 kB. */
export function orderKeyOf(vulnerability: string, component: string): string {
  return `${vulnerability.slice(0, VULNERABILITY_UNITS)} ${component.slice(0, COMPONENT_UNITS)}`.toWellFormed();
}
