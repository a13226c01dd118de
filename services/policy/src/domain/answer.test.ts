import { expect, test } from 'vitest';
import type { Finding, Findings } from '@stella-ops/engine-advisories';
import { digestOf } from '@stella-ops/engine-kernel';
import type { Reason, Verdict } from '@stella-ops/engine-policy';
import { answerDigest } from './answer.ts';
import { topReasons } from './top-reasons.ts';

const findingOf = (vulnerability: string, severity: Finding['severity']): Finding => ({
  vulnerability,
  aliases: [],
  records: [vulnerability],
  component: 'pkg:npm/a@1',
  package: 'a',
  installedVersion: '1',
  fixedVersions: [],
  severity,
  state: 'affected',
  reachability: 'unknown',
  grade: 'exact',
  trace: [],
});

const findings: Findings = {
  format: 'stella.findings/v1',
  inventory: digestOf('inventory'),
  snapshot: digestOf('snapshot'),
  findings: [
    findingOf('CVE-1', { level: 'low', score: 2 }),
    findingOf('CVE-2', { level: 'critical', score: 9.8 }),
    findingOf('CVE-3', { level: 'high' }),
  ],
  coverage: [{ ecosystem: 'npm', components: 1, records: 5, state: 'evaluated', sentence: '1 against 5' }],
};

const reasonOf = (code: string, action: Reason['action'], vulnerability?: string, sentence = code): Reason => ({
  code,
  rule: code,
  action,
  sentence,
  ...(vulnerability === undefined ? {} : { finding: { vulnerability, component: 'pkg:npm/a@1' } }),
});

const verdict: Verdict = {
  format: 'stella.verdict/v1',
  subject: { kind: 'image', name: 'a' },
  outcome: 'deny',
  reasons: [
    reasonOf('D1', 'deny', 'CVE-1'),
    reasonOf('D2', 'deny', 'CVE-2'),
    reasonOf('G', 'pending'),
    reasonOf('P', 'pending', 'CVE-3'),
    reasonOf('W', 'warn', 'CVE-2', 'w'.repeat(5000)),
  ],
  counts: { deny: 2 },
  policy: {
    name: 'p',
    version: '1',
    digest: digestOf('p'),
    params: {},
    defaults: { finding: 'allow', unknownSeverity: 'allow', notEvaluated: 'allow', gap: 'allow', coverage: 'allow' },
    rules: [],
  },
  exceptions: [{ id: 'unused', state: 'unused', expiresAt: '2027-01-01T00:00:00.000Z' }],
  trace: [],
  evaluatedAt: '2026-01-01T00:00:00.000Z',
};

test('what denies comes first, then what is pending, then warnings, the most severe first in each', () => {
  expect(topReasons(verdict, findings).map(({ code }) => code)).toEqual(['D2', 'D1', 'P', 'G', 'W']);
});

test('at most 50 reasons, and sentences of bounded length, stand in a row', () => {
  const many = {
    ...verdict,
    reasons: Array.from({ length: 80 }, () => reasonOf('W', 'warn', 'CVE-1', 'w'.repeat(5000))),
  };
  const shown = topReasons(many, findings);
  expect(shown).toHaveLength(50);
  expect(shown[0]?.sentence).toHaveLength(1000);
});

test('two judgements that say the same have one answer, whatever their time, snapshot and idle exceptions', () => {
  const [row] = findings.coverage;
  if (row === undefined) throw new Error('no row');
  const later = {
    ...findings,
    snapshot: digestOf('another'),
    coverage: [{ ...row, records: 6, sentence: '1 against 6' }],
  };
  const again = { ...verdict, evaluatedAt: '2026-02-01T00:00:00.000Z', exceptions: [] };
  expect(answerDigest(later, again)).toBe(answerDigest(findings, verdict));
});

test('another finding, pack, coverage or exception in force is another answer', () => {
  const [row] = findings.coverage;
  if (row === undefined) throw new Error('no row');
  const applied = { id: 'EX', state: 'applied', expiresAt: '2027-01-01T00:00:00.000Z' } as const;
  const answers = [
    answerDigest(findings, verdict),
    answerDigest({ ...findings, findings: findings.findings.slice(1) }, verdict),
    answerDigest({ ...findings, coverage: [{ ...row, state: 'no-source' }] }, verdict),
    answerDigest(findings, { ...verdict, policy: { ...verdict.policy, digest: digestOf('q') } }),
    answerDigest(findings, { ...verdict, exceptions: [applied] }),
    answerDigest(findings, { ...verdict, outcome: 'pending' }),
  ];
  expect(new Set(answers).size).toBe(answers.length);
});
