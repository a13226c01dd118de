import { expect, test } from 'vitest';
import { decisionInputOf, verdictRows } from './verdict.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;

test('each line of a trace says what was looked at, which rule spoke, what it did and why', () => {
  const rows = verdictRows({
    format: 'stella.verdict/v1',
    reasons: [
      {
        code: 'TOO_SEVERE',
        rule: 'severe',
        action: 'deny',
        sentence: 'CVE-1 in pkg:a is high',
        fix: 'upgrade a to 2',
        finding: { vulnerability: 'CVE-1', component: 'pkg:a' },
      },
    ],
    policy: { rules: [{ id: 'severe', when: 'finding.severity.score >= 7', code: 'TOO_SEVERE' }] },
    trace: [
      { rule: 'severe', on: 'finding', target: 'CVE-1 in pkg:a', action: 'deny', values: { score: 7.5 } },
      { rule: 'default', on: 'finding', target: 'CVE-2 in pkg:b', action: 'allow', values: { score: null } },
      { rule: 'default', on: 'gap', target: 'NO_DB in /var', action: 'warn', values: {} },
    ],
  });
  expect(rows).toMatchObject([
    {
      number: 1,
      when: 'finding.severity.score >= 7',
      why: 'CVE-1 in pkg:a is high.',
      fix: 'upgrade a to 2',
      vulnerability: 'CVE-1',
    },
    { number: 2, when: undefined, why: 'score = null', vulnerability: 'CVE-2' },
    { number: 3, why: '', vulnerability: undefined },
  ]);
});

test('documents of another form are not shown as something else', () => {
  expect(verdictRows({ trace: [] })).toBeUndefined();
  expect(decisionInputOf({ inventory: 'sha256:short' })).toBeUndefined();
  expect(
    decisionInputOf({
      format: 'stella.decision-input/v1',
      inventory: DIGEST,
      slice: DIGEST,
      vex: DIGEST,
      reachability: null,
      policy: DIGEST,
      exceptions: DIGEST,
      approvals: null,
      previousVerdict: null,
      semantics: { match: 1 },
    })?.inventory,
  ).toBe(DIGEST);
});
