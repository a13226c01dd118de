import { expect, test } from 'vitest';
import { decideState } from './decide-state.ts';
import { gateOf } from './gates/gate.ts';

const AT = '2026-01-02T03:04:05.000Z';
const gates = (policy: 'passed' | 'blocked' | 'waiting' | 'skipped', approval: 'passed' | 'waiting') => [
  gateOf(AT, { name: 'policy', state: policy, sentence: '' }),
  gateOf(AT, { name: 'approval', state: approval, sentence: '' }),
];

test.each([
  ['pending_gate', 'blocked', 'waiting', true, undefined],
  ['pending_gate', 'waiting', 'passed', true, undefined],
  ['pending_gate', 'passed', 'waiting', true, 'pending_approval'],
  ['pending_gate', 'skipped', 'waiting', true, 'pending_approval'],
  ['pending_gate', 'passed', 'passed', true, 'approved'],
  ['pending_approval', 'waiting', 'passed', true, 'pending_gate'],
  ['pending_approval', 'blocked', 'waiting', true, 'pending_gate'],
  ['pending_approval', 'passed', 'waiting', true, undefined],
  ['pending_approval', 'passed', 'passed', true, 'approved'],
] as const)('%s with policy %s and approval %s goes to %5$s', (from, policy, approval, isFresh, to) => {
  expect(decideState(from, gates(policy, approval), isFresh)?.to).toBe(to);
});

test('decisions older than the last reason to decide anew approve nothing', () => {
  expect(decideState('pending_approval', gates('passed', 'passed'), false)).toBeUndefined();
  expect(decideState('pending_gate', gates('passed', 'passed'), false)?.to).toBe('pending_approval');
});
