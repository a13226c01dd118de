import type { Decision } from '@stella-ops/contracts/policy';
import { expect, test } from 'vitest';
import { decisionText, exitOfDecision } from './decision-text.ts';

const digest = `sha256:${'ab'.repeat(32)}`;
const reason = { rule: 'r', fix: null, vulnerability: null, component: null };
const decision: Decision = {
  id: digest,
  imageDigest: digest,
  environment: null,
  outcome: 'deny',
  reasons: [
    { ...reason, code: 'OLD', action: 'warn', sentence: 'it is old' },
    { ...reason, code: 'BAD', action: 'deny', sentence: 'it is\u001b[2J bad', fix: 'upgrade' },
  ],
  counts: { critical: 2, low: 0 },
  verdictDigest: digest,
  findingsDigest: digest,
  policy: { name: 'baseline', version: '1.0.0', digest },
  advisorySnapshot: digest,
  vexSnapshot: null,
  purpose: 'request',
  evaluatedAt: '2026-01-02T03:04:05.000Z',
};

test.each([
  ['allow', 0],
  ['deny', 6],
  ['pending', 6],
] as const)('a pipeline goes on after allow alone: %s ends with %i', (outcome, exit) => {
  expect(exitOfDecision({ outcome })).toBe(exit);
});

test('what stops comes before what warns, with its fix, and cannot steer a terminal', () => {
  const text = decisionText(decision);
  expect(text.startsWith('DENY\n')).toBe(true);
  expect(text.indexOf('it is?[2J bad')).toBeGreaterThan(0);
  expect(text.indexOf('BAD')).toBeLessThan(text.indexOf('OLD'));
  expect(text).toContain('→ upgrade');
  expect(text).toContain('2 critical\n');
});
