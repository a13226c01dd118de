import { describe, expect, test } from 'vitest';
import { absoluteTime, duration, refreshInMs, relativeTime } from './time.ts';

const NOW = Date.UTC(2026, 10, 21, 15, 0, 0);

describe('times as people say them', () => {
  test.each([
    [3_000, 'just now'],
    [45_000, '45 s ago'],
    [90_000, '1 min ago'],
    [7_200_000, '2 h ago'],
    [3 * 86_400_000, '3 d ago'],
    [90 * 86_400_000, '3 mo ago'],
    [-3_600_000, 'in 1 h'],
  ])('%i ms before now is "%s"', (distance, words) => {
    expect(relativeTime(NOW - distance, NOW)).toBe(words);
  });

  test('the exact time is in UTC, whatever the zone of the browser', () => {
    expect(absoluteTime(NOW)).toBe('2026-11-21 15:00:00 UTC');
  });

  test('lengths are told in one unit', () => {
    expect([duration(12), duration(1_500), duration(61_000), duration(47 * 3_600_000)]).toEqual([
      '12 ms',
      '1 s',
      '1 min',
      '47 h',
    ]);
  });

  test('words are looked at again before they are wrong for long', () => {
    expect(refreshInMs(NOW - 1_000, NOW)).toBeLessThanOrEqual(10_000);
    expect(refreshInMs(NOW - 5 * 60_000, NOW)).toBeLessThanOrEqual(60_000);
  });
});
