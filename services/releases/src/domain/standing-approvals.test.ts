import { expect, test } from 'vitest';
import { gateOf } from './gates/gate.ts';
import { policyDigestOf } from './policy-digest.ts';
import { standingApprovals } from './standing-approvals.ts';

const gate = (state: 'passed' | 'blocked' | 'waiting') =>
  gateOf('2026-01-02T03:04:05.000Z', { name: 'policy', state, sentence: '' });
const approval = { approvalId: 'a', personId: 'bob', personName: 'bob', releaseDigest: 'r', policyDigest: 'p' };
const stands = (basis: {
  barred?: string;
  releaseDigest?: string;
  policyDigest?: string | null | undefined;
  gates?: unknown[];
}) =>
  standingApprovals([approval], {
    releaseDigest: 'r',
    policyDigest: 'p',
    barred: undefined,
    gates: [gate('passed')],
    ...(basis as object),
  }).standing.length === 1;

test('an approval holds for the release and policy it was given for, and nothing else', () => {
  expect(stands({})).toBe(true);
  expect(stands({ releaseDigest: 'other' })).toBe(false);
  expect(stands({ policyDigest: 'other' })).toBe(false);
  expect(stands({ policyDigest: null })).toBe(false);
});

test('a blocked gate voids approvals; one that waits, or a policy that does not answer, does not', () => {
  expect(stands({ gates: [gate('passed'), gate('blocked')] })).toBe(false);
  expect(stands({ gates: [gate('waiting')] })).toBe(true);
  expect(stands({ policyDigest: undefined })).toBe(true);
});

test('whoever may not approve has not approved, whenever it was', () => {
  expect(stands({ barred: 'bob' })).toBe(false);
  expect(stands({ barred: 'ada' })).toBe(true);
});

test('several policies have one digest, whatever order they judged in', () => {
  expect(policyDigestOf([])).toBeNull();
  expect(policyDigestOf(['a', 'a'])).toBe('a');
  expect(policyDigestOf(['a', 'b', 'a'])).toBe(policyDigestOf(['b', 'a']));
  expect(policyDigestOf(['a', 'b'])).not.toBe(policyDigestOf(['a', 'c']));
});
