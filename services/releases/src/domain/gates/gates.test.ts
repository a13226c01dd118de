import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { VoidCode } from '@stella-ops/contracts/releases';
import type { ApprovalFact, DecisionFact, FreezeFact, LostApproval, PolicyReason, ScanFact } from '../facts.ts';
import { approvalGate, waitsForAuthority } from './approval-gate.ts';
import { evidenceGate } from './evidence-gate.ts';
import { freezeGate, nextFreezeChange } from './freeze-gate.ts';
import { isMet } from './gate.ts';
import { orderGate } from './order-gate.ts';
import { policyGate } from './policy-gate.ts';
import { scanGate } from './scan-gate.ts';
import { unverifiedGates } from './unverified-gates.ts';

const AT = '2026-01-02T12:00:00.000Z';
const image = { digest: 'sha256:1', platform: 'linux/amd64' };
const down = { kind: 'unavailable', service: 'scanner', message: 'DEADLINE_EXCEEDED: no answer.' } as const;
const freeze = (startsAt: string, endsAt: string, reason = 'holidays'): FreezeFact => ({
  startsAt: `2026-01-${startsAt}:00.000Z`,
  endsAt: `2026-01-${endsAt}:00.000Z`,
  reason,
  createdBy: 'ada',
});

test.each([
  ['approved', 'passed'],
  ['deployed', 'passed'],
  ['pending_gate', 'waiting'],
  ['pending_approval', 'waiting'],
  ['deploying', 'waiting'],
  ['rejected', 'blocked'],
  ['cancelled', 'blocked'],
  ['failed', 'blocked'],
  ['rolled_back', 'blocked'],
])('order: a release that is %s below is %s here', (state, expected) => {
  const gate = orderGate(AT, 'shop 1.0.0', 'prod', {
    environment: 'stage',
    deploys: false,
    promotion: { id: 'p', state },
  });
  expect(gate.state).toBe(expected);
  expect(gate.evidence).toEqual([{ kind: 'promotion', id: 'p' }]);
  expect(gate.fix === null).toBe(expected === 'passed');
});

test('order: where releases are deployed, an approved one is still on its way', () => {
  const below = (state: string) => ({ environment: 'stage', deploys: true, promotion: { id: 'p', state } });
  expect(orderGate(AT, 'shop 1.0.0', 'prod', below('approved')).state).toBe('waiting');
  expect(orderGate(AT, 'shop 1.0.0', 'prod', below('deployed')).state).toBe('passed');
});

test.each([
  ['rejected', 'shop 1.0.0 was rejected for stage, which comes first.'],
  ['cancelled', 'shop 1.0.0 was cancelled for stage, which comes first.'],
  ['failed', 'shop 1.0.0 failed to be deployed to stage, which comes first.'],
  ['rolled_back', 'shop 1.0.0 was rolled back in stage, which comes first.'],
  [undefined, 'shop 1.0.0 was never approved for stage, which comes first.'],
])('order: tells what became of a release that is %s below', (state, sentence) => {
  const promotion = state === undefined ? undefined : { id: 'p', state };
  const gate = orderGate(AT, 'shop 1.0.0', 'prod', { environment: 'stage', deploys: true, promotion });
  expect(gate).toMatchObject({ state: 'blocked', sentence });
});

test('order: the first environment asks for nothing below; a release unknown below is blocked', () => {
  expect(orderGate(AT, 'shop 1.0.0', 'dev', undefined).state).toBe('passed');
  expect(orderGate(AT, 'shop 1.0.0', 'prod', { environment: 'stage', deploys: true, promotion: undefined }).state).toBe(
    'blocked',
  );
});

test('freeze: it holds from its first millisecond up to, and without, its end', () => {
  const freezes = [freeze('02T12:00', '03T12:00')];
  const state = (at: string) => freezeGate(at, 'prod', freezes).state;
  expect(state('2026-01-02T11:59:59.999Z')).toBe('passed');
  expect(state('2026-01-02T12:00:00.000Z')).toBe('blocked');
  expect(state('2026-01-03T11:59:59.999Z')).toBe('blocked');
  expect(state('2026-01-03T12:00:00.000Z')).toBe('passed');
});

test('freeze: freezes that touch or overlap end with the last one, and a later one is mentioned', () => {
  const freezes = [freeze('02T00:00', '03T00:00'), freeze('02T06:00', '04T00:00'), freeze('04T00:00', '05T00:00')];
  expect(freezeGate(AT, 'prod', freezes)).toMatchObject({ state: 'blocked', changesAt: '2026-01-05T00:00:00.000Z' });
  expect(freezeGate(AT, 'prod', [freeze('09T08:30', '10T00:00')])).toMatchObject({
    state: 'passed',
    sentence: 'prod is not frozen. The next freeze begins at 2026-01-09 08:30 UTC.',
    changesAt: '2026-01-09T08:30:00.000Z',
  });
});

test('freeze: blocked if and only if one is active, and it can change no earlier than it says it is looked at', () => {
  const minute = fc.integer({ min: 0, max: 200 });
  const time = (n: number): string => new Date(Date.parse(AT) + n * 60_000).toISOString();
  const freezes = fc.array(
    fc.tuple(minute, fc.integer({ min: 1, max: 50 })).map(([start, length]): FreezeFact => {
      return { startsAt: time(start), endsAt: time(start + length), reason: '', createdBy: '' };
    }),
    { maxLength: 6 },
  );
  fc.assert(
    fc.property(freezes, minute, (list, now) => {
      const at = time(now);
      const { state, changesAt } = freezeGate(at, 'prod', list);
      const isFrozen = list.some(({ startsAt, endsAt }) => startsAt <= at && at < endsAt);
      expect(state).toBe(isFrozen ? 'blocked' : 'passed');
      if (changesAt !== null) {
        expect(freezeGate(changesAt, 'prod', list).state).not.toBe(state);
        const next = nextFreezeChange(at, list) ?? '';
        expect(next > at && next <= changesAt).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});

const scanned = { ...image, components: 12, gaps: 0, scannedAt: AT };
const scan = (more: Partial<ScanFact>): ScanFact => ({
  component: 'web',
  scanned: [],
  unscanned: [],
  missing: undefined,
  ...more,
});

test('scan: passes with one inventory, names platforms that are not judged, and tells gaps', () => {
  const unscanned = [{ platform: 'linux/arm64', manifestDigest: 'sha256:2', configDigest: null }];
  expect(scanGate(AT, scan({ scanned: [{ ...scanned, gaps: 1 }], unscanned }))).toMatchObject({
    state: 'passed',
    sentence:
      'web has an inventory (linux/amd64: 12 packages, 1 gap, scanned 2026-01-02 12:00 UTC). Not judged, because not scanned: linux/arm64.',
    imageDigest: 'sha256:1',
  });
});

test('scan: without inventory it waits or blocks, and never passes', () => {
  expect(scanGate(AT, scan({ missing: { kind: 'scanning', scanId: 's' } })).state).toBe('waiting');
  expect(scanGate(AT, scan({ missing: down })).state).toBe('waiting');
  expect(scanGate(AT, scan({})).state).toBe('waiting');
  const failed = { kind: 'failed', code: 'X', message: 'it broke.', hint: 'Mend it.' } as const;
  expect(scanGate(AT, scan({ missing: failed }))).toMatchObject({
    state: 'blocked',
    sentence: 'web could not be scanned: it broke.',
    fix: 'Mend it. Then have the gates looked at again: that scans it once more.',
    reasons: [{ code: 'X' }],
  });
});

const reason: PolicyReason = {
  code: 'C',
  rule: 'r',
  action: 'deny',
  sentence: 'It is bad.',
  fix: null,
  vulnerability: null,
  component: null,
};
const decided = (outcome: DecisionFact['outcome'], more: Partial<DecisionFact> = {}): DecisionFact => ({
  kind: 'decided',
  decisionId: 'sha256:d',
  outcome,
  policy: { name: 'base', version: '1.0.0', digest: 'sha256:p' },
  reasons: [reason],
  moreReasons: 0,
  evaluatedAt: AT,
  ...more,
});
const policy = (answer: Parameters<typeof policyGate>[1]['answer']) =>
  policyGate(AT, { component: 'web', image, answer });

test('policy: only allow passes', () => {
  expect(policy(decided('allow')).state).toBe('passed');
  expect(policy(decided('deny')).state).toBe('blocked');
  expect(policy(decided('pending')).state).toBe('blocked');
  expect(policy({ kind: 'refused', code: 'POLICY_MISSING', message: 'none', hint: 'Publish one.' }).state).toBe(
    'blocked',
  );
  expect(policy({ ...down, service: 'policy' })).toMatchObject({
    state: 'waiting',
    sentence: 'The policy did not answer (DEADLINE_EXCEEDED: no answer); it is asked again by itself.',
  });
});

test('policy: the sentence tells the first reason and how many more; the fix is the first that there is', () => {
  expect(policy(decided('deny', { reasons: [reason, { ...reason, fix: 'Update.' }], moreReasons: 3 }))).toMatchObject({
    sentence: 'Policy base 1.0.0 denies web (linux/amd64): It is bad, and for 4 more reasons.',
    fix: 'Update.',
  });
  expect(policy(decided('pending', { reasons: [] }))).toMatchObject({
    sentence: 'Policy base 1.0.0 cannot settle web (linux/amd64).',
    fix: expect.stringContaining('evidence'),
  });
});

test('evidence: only a packet passes', () => {
  const about = { component: 'web', image, decisionId: 'sha256:d' };
  expect(evidenceGate(AT, { ...about, packet: { kind: 'missing' } }).state).toBe('waiting');
  expect(evidenceGate(AT, { ...about, packet: down }).state).toBe('waiting');
  expect(evidenceGate(AT, { ...about, packet: { kind: 'sealed', packetId: 'p' } })).toMatchObject({
    state: 'passed',
    evidence: [
      { kind: 'decision', id: 'sha256:d' },
      { kind: 'packet', id: 'p' },
    ],
  });
});

const ADA = { id: 'ada-id', name: 'ada' };

test('approval: says how many of how many, who gave them, and who may', () => {
  const rule = { requiredApprovals: 2, isSeparationOfDuties: true };
  const bob = { approvalId: 'a', personId: 'bob', personName: 'bob', releaseDigest: '', policyDigest: null };
  const given = (...standing: ApprovalFact[]) => ({ standing, lost: [] });
  expect(approvalGate(AT, rule, ADA, given(bob))).toMatchObject({
    state: 'waiting',
    sentence: '1 of 2 approvals given (bob).',
    fix: '1 more person has to approve it.',
    unblockedBy: 'anybody who may approve promotions (promotion.approve) other than ada, who asked',
  });
  expect(approvalGate(AT, rule, ADA, given(bob, bob)).state).toBe('passed');
  expect(approvalGate(AT, { ...rule, requiredApprovals: 0 }, ADA, given()).state).toBe('passed');
  expect(approvalGate(AT, { ...rule, isSeparationOfDuties: false }, ADA, given()).unblockedBy).not.toContain('ada');
});

test('approval: says of whom it does not count any more, and why', () => {
  const rule = { requiredApprovals: 2, isSeparationOfDuties: true };
  const lost = (name: string, code?: VoidCode): LostApproval => ({ personId: `${name}-id`, personName: name, code });
  const sentence = (...people: LostApproval[]) => approvalGate(AT, rule, ADA, { standing: [], lost: people }).sentence;
  expect(sentence(lost('bob'), lost('eve', 'blocked'))).toBe(
    '0 of 2 approvals given. 2 earlier approvals no longer count: what they were given for has changed.',
  );
  expect(sentence(lost('ada', 'duties'), lost('eve', 'changed'))).toBe(
    "0 of 2 approvals given. 1 earlier approval no longer counts: what it was given for has changed. ada's own approval does not count: ada asked.",
  );
  expect(sentence(lost('bob', 'right_lost'))).toBe(
    '0 of 2 approvals given. bob may no longer approve promotions: that approval is void.',
  );
  expect(sentence(lost('bob', 'right_lost'), lost('eve', 'right_lost'))).toContain(
    'bob, eve may no longer approve promotions: those approvals are void.',
  );
});

test('approval: while Authority does not say who may approve, enough are not enough, and nobody can help', () => {
  const rule = { requiredApprovals: 1, isSeparationOfDuties: true };
  const bob = { approvalId: 'a', personId: 'bob', personName: 'bob', releaseDigest: '', policyDigest: null };
  const unknown = { ...down, service: 'Authority' };
  const gate = approvalGate(AT, rule, ADA, { standing: [bob], lost: [], unknown });
  expect(gate).toMatchObject({
    state: 'waiting',
    fix: null,
    sentence:
      '1 of 1 approval given (bob). Whether that person may still approve is not known: Authority did not answer (DEADLINE_EXCEEDED: no answer); it is asked again by itself.',
  });
  expect(waitsForAuthority(gate)).toBe(true);
  const more = approvalGate(AT, { ...rule, requiredApprovals: 2 }, ADA, { standing: [bob], lost: [], unknown });
  expect([more.state, more.fix, waitsForAuthority(more)]).toEqual([
    'waiting',
    '1 more person has to approve it.',
    false,
  ]);
  const none = approvalGate(AT, rule, ADA, { standing: [], lost: [], unknown });
  expect(none.sentence).toBe('0 of 1 approval given.');
});

test('unverified: evidence is skipped in words, and counts as met', () => {
  const gates = unverifiedGates(AT, 'shop 1.0.0');
  expect(gates.every(isMet)).toBe(true);
  expect(gates.every(({ sentence }) => sentence.startsWith('shop 1.0.0 is unverified: '))).toBe(true);
});
