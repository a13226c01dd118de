import type { Target } from '@stella-ops/contracts/deployments';
import { expect, test } from 'vitest';
import { advisoriesFact, driftFact, targetsFact } from './trust.ts';

const target = (name: string, more: Partial<Target> = {}): Target =>
  ({ id: `id-${name}`, name, status: 'online', drift: [], ...more }) as unknown as Target;
const DRIFT = [{ kind: 'missing', sentence: 'The container of web is gone.' }] as unknown as Target['drift'];
const NOW = Date.parse('2026-11-21T12:00:00.000Z');
const snapshot = (createdAt: string) => ({ records: 3, createdAt }) as Parameters<typeof advisoriesFact>[0];

test('a silent target makes what it runs last known, and is named', () => {
  const fact = targetsFact([target('a'), target('b', { status: 'stale' }), target('c', { status: 'never_seen' })]);
  expect(fact).toMatchObject({ tone: 'stale', title: '2 of 3 targets silent' });
  expect(fact.sentence).toBe('What runs on b and c is only last known.');
  expect(targetsFact([target('a'), target('b')])).toMatchObject({ tone: 'good', title: 'All 2 targets report' });
  expect(targetsFact([])).toMatchObject({ tone: 'stale', title: 'No targets yet' });
});

test('drift counts only where a target reports now; one leads to itself', () => {
  expect(driftFact([target('a', { drift: DRIFT }), target('b')])).toEqual({
    id: 'drift',
    tone: 'failed',
    title: 'a has drifted',
    sentence: 'The container of web is gone.',
    to: '/targets/id-a',
  });
  expect(driftFact([target('a'), target('b', { status: 'stale', drift: DRIFT })])).toMatchObject({ tone: 'good' });
  expect(driftFact([target('b', { status: 'stale', drift: DRIFT })])).toBeUndefined();
});

test('advisories older than a week, or none, are said', () => {
  expect(advisoriesFact(snapshot('2026-11-15T12:00:00.000Z'), NOW).tone).toBe('good');
  expect(advisoriesFact(snapshot('2026-11-14T11:00:00.000Z'), NOW).tone).toBe('gate');
  expect(advisoriesFact(undefined, NOW).tone).toBe('failed');
});
