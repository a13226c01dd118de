import { expect, test } from 'vitest';
import type { ApproversFact } from './facts.ts';
import { gateOf } from './gates/gate.ts';
import { policyDigestOf } from './policy-digest.ts';
import { type ApprovalBasis, standingApprovals } from './standing-approvals.ts';

const gate = (state: 'passed' | 'blocked' | 'waiting') =>
  gateOf('2026-01-02T03:04:05.000Z', { name: 'policy', state, sentence: '' });
const approval = { approvalId: 'a', personId: 'bob', personName: 'bob', releaseDigest: 'r', policyDigest: 'p' };
const may = (...entries: [string, boolean][]): ApproversFact => ({ kind: 'known', mayApprove: new Map(entries) });
const BASIS: ApprovalBasis = {
  releaseDigest: 'r',
  policyDigest: 'p',
  barred: undefined,
  approvers: may(['a', true]),
  gates: [gate('passed')],
};
const look = (basis: Partial<ApprovalBasis>) => standingApprovals([approval], { ...BASIS, ...basis });
const stands = (basis: Partial<ApprovalBasis>) => look(basis).standing.length === 1;
const why = (basis: Partial<ApprovalBasis>) => look(basis).voided.map(({ code }) => code);

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

test('an approval holds while its giver may give it; who does not answer takes none away', () => {
  expect(stands({ approvers: may(['a', false]) })).toBe(false);
  expect(stands({ approvers: { kind: 'unavailable', service: 'Authority', message: 'no answer' } })).toBe(true);
});

test('an approval that was not asked about stands, and says that it was not', () => {
  expect(look({})).toMatchObject({ isUnasked: false });
  expect(look({ approvers: may(['another', true]) })).toMatchObject({ standing: [approval], isUnasked: true });
  expect(look({ approvers: may(), releaseDigest: 'other' }).isUnasked).toBe(false);
});

test('it is said why an approval is void; a right that was lost before all else', () => {
  expect(why({ policyDigest: 'other' })).toEqual(['changed']);
  expect(why({ barred: 'bob', policyDigest: 'other' })).toEqual(['duties']);
  expect(why({ gates: [gate('blocked')] })).toEqual(['blocked']);
  const all = { barred: 'bob', policyDigest: 'other', gates: [gate('blocked')] };
  expect(why({ ...all, approvers: may(['a', false]) })).toEqual(['right_lost']);
});

test('several policies have one digest, whatever order they judged in', () => {
  expect(policyDigestOf([])).toBeNull();
  expect(policyDigestOf(['a', 'a'])).toBe('a');
  expect(policyDigestOf(['a', 'b', 'a'])).toBe(policyDigestOf(['b', 'a']));
  expect(policyDigestOf(['a', 'b'])).not.toBe(policyDigestOf(['a', 'c']));
});
