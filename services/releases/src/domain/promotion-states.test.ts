import { PromotionState } from '@stella-ops/contracts/releases';
import { expect, test } from 'vitest';
import { isOpen, isSettled, promotionDiagram, TRANSITIONS, transitionOf } from './promotion-states.ts';

test('every state of the contract can be reached, and is open, under way or settled', () => {
  const reached = new Set(TRANSITIONS.map(({ to }) => to));
  expect([...reached].toSorted()).toEqual([...PromotionState.options].toSorted());
  const open = PromotionState.options.filter(isOpen);
  const settled = PromotionState.options.filter(isSettled);
  expect(open).toEqual(['pending_gate', 'pending_approval']);
  expect(PromotionState.options.filter((state) => !open.includes(state) && !settled.includes(state))).toEqual([
    'deploying',
  ]);
});

test('an event in a state means one thing', () => {
  const keys = TRANSITIONS.map(({ from, event }) => `${from} ${event}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test('nothing leads out of a rejected or cancelled promotion', () => {
  expect(TRANSITIONS.filter(({ from }) => from === 'rejected' || from === 'cancelled')).toEqual([]);
});

test('only a person rejects, and only gates that are all met approve', () => {
  expect(new Set(TRANSITIONS.filter(({ to }) => to === 'rejected').map(({ event }) => event))).toEqual(
    new Set(['rejected']),
  );
  expect(new Set(TRANSITIONS.filter(({ to }) => to === 'approved').map(({ event }) => event))).toEqual(
    new Set(['all-met']),
  );
});

test('only what is approved takes the environment, and every end is recorded', () => {
  for (const { from, to, effects } of TRANSITIONS) {
    expect(effects.includes('give-environment-back')).toBe(from === 'approved' && to === 'cancelled');
    expect(effects.includes('take-environment')).toBe(to === 'approved');
    expect(effects.includes('decide')).toBe(isSettled(to));
  }
});

test('a state that does not know an event has no way for it', () => {
  expect(transitionOf('deploying', 'cancelled')).toBeUndefined();
  expect(transitionOf('deployed', 'cancelled')).toBeUndefined();
  expect(transitionOf('pending_gate', 'gates-unmet')).toBeUndefined();
  expect(transitionOf('pending_approval', 'gates-unmet')?.to).toBe('pending_gate');
});

test('the diagram shows every transition of the table', async () => {
  const diagram = promotionDiagram();
  for (const { from, event, to } of TRANSITIONS) {
    expect(diagram).toContain(`  ${from ?? '[*]'} --> ${to}: ${event}\n`);
  }
  expect(diagram).toContain('  rejected --> [*]\n');
  expect(diagram).not.toContain('  deployed --> [*]\n');
  await expect(diagram).toMatchFileSnapshot('../../promotion-states.mmd');
});
