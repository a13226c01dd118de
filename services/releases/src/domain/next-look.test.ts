import { expect, test } from 'vitest';
import { later, nextLook } from './next-look.ts';

const AT = '2026-01-01T00:00:00.000Z';
const quiet = { at: AT, expiresAt: '2026-01-15T00:00:00.000Z', freezes: [], failures: 0, isWaiting: false };
const freeze = (startsAt: string, endsAt: string) => ({ startsAt, endsAt, reason: '', createdBy: '' });

test('without anything to come it is looked at when it expires', () => {
  expect(nextLook(quiet)).toBe('2026-01-15T00:00:00.000Z');
});

test('a freeze is looked at when it begins and when it ends', () => {
  const freezes = [freeze('2026-01-03T00:00:00.000Z', '2026-01-04T00:00:00.000Z')];
  expect(nextLook({ ...quiet, freezes })).toBe('2026-01-03T00:00:00.000Z');
  expect(nextLook({ ...quiet, freezes, at: '2026-01-03T00:00:00.000Z' })).toBe('2026-01-04T00:00:00.000Z');
  expect(nextLook({ ...quiet, freezes, at: '2026-01-04T00:00:00.000Z' })).toBe('2026-01-15T00:00:00.000Z');
});

test('a service that does not answer is asked again soon, then less often, but always', () => {
  const pause = (failures: number) => Date.parse(nextLook({ ...quiet, failures })) - Date.parse(AT);
  expect([1, 2, 3, 7, 1000].map(pause)).toEqual([5_000, 10_000, 20_000, 300_000, 300_000]);
});

test('what an event should tell is looked at anyway, after a while', () => {
  expect(nextLook({ ...quiet, isWaiting: true })).toBe(later(AT, 300_000));
});
