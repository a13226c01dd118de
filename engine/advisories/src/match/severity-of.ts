import { compareText } from '@stella-ops/engine-kernel';
import { scoreVector } from '../cvss/score.ts';
import type { Finding, Severity, SeverityLevel } from '../types.ts';

type FindingSeverity = Finding['severity'];

interface Rated {
  readonly severity: FindingSeverity;
  /** Higher is preferred. */
  readonly rank: number;
  readonly score: number;
}

const RANKS = { '4.0': 4, '3.1': 3, '3.0': 3, '2.0': 2 } as const;
const WORD_RANK = 1;

const WORDS: ReadonlyMap<string, SeverityLevel> = new Map([
  ['none', 'none'],
  ['negligible', 'low'],
  ['untriaged', 'unknown'],
  ['low', 'low'],
  ['minor', 'low'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['high', 'high'],
  ['important', 'high'],
  ['critical', 'critical'],
]);

const LEVEL_ORDER: readonly SeverityLevel[] = ['unknown', 'none', 'low', 'medium', 'high', 'critical'];

/**
 * One severity out of what all records of a finding say: CVSS v4 before v3 (3.1 and 3.0 alike) before v2 before a word;
 * among equals the highest; among these the first by source, then vector. A newer version is preferred even when lower:
 * it was given with more knowledge, and scores of different versions cannot be compared.
 */
export function severityOf(said: readonly { readonly severity: Severity; readonly source: string }[]): FindingSeverity {
  const rated = said.flatMap(({ severity, source }) => rate(severity, source) ?? []);
  rated.sort(
    (a, b) =>
      b.rank - a.rank ||
      b.score - a.score ||
      compareText(a.severity.source ?? '', b.severity.source ?? '') ||
      compareText(a.severity.vector ?? '', b.severity.vector ?? ''),
  );
  return rated[0]?.severity ?? { level: 'unknown' };
}

function rate({ score: text }: Severity, source: string): Rated | undefined {
  const cvss = scoreVector(text);
  if (cvss !== undefined) {
    const severity = { level: cvss.level, score: cvss.score, vector: text, source };
    return { severity, rank: RANKS[cvss.version], score: cvss.score };
  }
  const level = WORDS.get(text.toLowerCase());
  return level === undefined
    ? undefined
    : { severity: { level, source }, rank: WORD_RANK, score: LEVEL_ORDER.indexOf(level) };
}
