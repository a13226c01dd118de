import { describe, expect, it } from 'vitest';
import { durationText, elapsedMs } from './durations.ts';

describe('durations', () => {
  it('counts on until the end is known', () => {
    expect(elapsedMs('2026-11-21T10:00:00.000Z', null, Date.parse('2026-11-21T10:00:05.000Z'))).toBe(5000);
    expect(elapsedMs('2026-11-21T10:00:00.000Z', '2026-11-21T10:00:02.000Z', 0)).toBe(2000);
    expect(elapsedMs(null, null, 0)).toBeNull();
  });

  it('is never negative when a host has another clock', () => {
    expect(elapsedMs('2026-11-21T10:00:05.000Z', '2026-11-21T10:00:00.000Z', 0)).toBe(0);
  });

  it.each([
    [340, '340 ms'],
    [999.6, '1.0 s'],
    [4249, '4.2 s'],
    [59_999, '59.9 s'],
    [185_000, '3 min 05 s'],
    [3_599_999, '59 min 59 s'],
    [7_440_000, '2 h 04 min'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
