import type { CoverageRow, Finding } from '@stella-ops/engine-advisories';
import type { Gap, Subject } from '@stella-ops/engine-inventory';
import { ExceptionIndex } from './exceptions.ts';
import type { Scope } from './fields.ts';
import { type Bench, Judge } from './judge.ts';
import { COVERAGE_KIND, defaultDecider, FINDING_KIND, GAP_KIND, SUBJECT_KIND } from './kinds.ts';
import type { PolicyPack } from './pack.ts';
import type { PolicyInput, Verdict } from './types.ts';

/**
 * Judges an image by a pack. Pure: no clock, no order of its own, equal input gives an equal verdict.
 *
 * For every finding, gap and coverage row and for the subject, the first rule that matches decides; `warn` is noted
 * and the search goes on. What no rule decides falls to the pack's defaults. Once a `deny` or `pending` rule could
 * not tell, because a score is not known, a later `allow` rule does not count any more. An exception in force turns
 * `deny` or `pending` on a finding into `allow`, unless the rule refuses exceptions. The outcome is the strictest
 * answer: deny, then pending, then allow.
 */
export function evaluate(pack: PolicyPack, input: PolicyInput): Verdict {
  const { subject, findings, gaps, evaluatedAt } = input;
  const { defaults } = pack;
  const judge = new Judge();
  const exceptions = new ExceptionIndex(input.exceptions, subject, evaluatedAt);
  /** The judge sets the row before anything reads it. */
  const scope = <R>(): Scope<R> => ({ row: undefined as R, subject, environment: input.environment ?? '' });
  const counts = {
    findings: findings.findings.length,
    allow: 0,
    pending: 0,
    deny: 0,
    excepted: 0,
    critical: 0,
    high: 0,
    medium: 0,
    low: 0,
    none: 0,
    unknown: 0,
    notEvaluated: 0,
    gaps: gaps.length,
    uncovered: 0,
  };

  const otherwise = defaultDecider(FINDING_KIND, 'finding', defaults);
  const unknownSeverity = defaultDecider(FINDING_KIND, 'unknownSeverity', defaults);
  const affected: Bench<Finding> = {
    kind: FINDING_KIND,
    rules: pack.affected,
    scope: scope(),
    fallback: (finding, isOpen) => (isOpen || finding.severity.level === 'unknown' ? unknownSeverity : otherwise),
    exceptionFor: (finding) => exceptions.find(finding),
  };
  const incomparable = defaultDecider(FINDING_KIND, 'notEvaluated', defaults);
  const notEvaluated: Bench<Finding> = { ...affected, rules: pack.notEvaluated, fallback: () => incomparable };
  for (const finding of findings.findings) {
    const isAffected = finding.state === 'affected';
    if (!isAffected) counts.notEvaluated++;
    counts[finding.severity.level]++;
    counts[judge.decide(isAffected ? affected : notEvaluated, finding)]++;
  }

  const noException = (): undefined => undefined;
  const incomplete = defaultDecider(GAP_KIND, 'gap', defaults);
  const gapBench: Bench<Gap> = {
    kind: GAP_KIND,
    rules: pack.gaps,
    scope: scope(),
    fallback: () => incomplete,
    exceptionFor: noException,
  };
  for (const gap of gaps) judge.decide(gapBench, gap);

  const uncovered = defaultDecider(COVERAGE_KIND, 'coverage', defaults);
  const coverageBench: Bench<CoverageRow> = {
    kind: COVERAGE_KIND,
    rules: pack.coverage,
    scope: scope(),
    fallback: (row) => (row.state === 'evaluated' ? undefined : uncovered),
    exceptionFor: noException,
  };
  for (const row of findings.coverage) {
    if (row.state !== 'evaluated') counts.uncovered++;
    judge.decide(coverageBench, row);
  }

  const subjectBench: Bench<Subject> = {
    kind: SUBJECT_KIND,
    rules: pack.subject,
    scope: scope(),
    fallback: () => undefined,
    exceptionFor: noException,
  };
  judge.decide(subjectBench, subject);

  return {
    format: 'stella.verdict/v1',
    subject,
    outcome: judge.outcome,
    reasons: judge.reasons(),
    counts,
    policy: {
      name: pack.name,
      version: pack.version,
      digest: pack.digest,
      params: pack.params,
      defaults,
      rules: pack.rules,
    },
    exceptions: exceptions.states(),
    trace: judge.trace(),
    evaluatedAt,
  };
}
