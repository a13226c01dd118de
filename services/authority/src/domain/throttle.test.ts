import { expect, test } from 'vitest';
import { blockSeconds, FROM_ANYWHERE, FROM_ONE_ADDRESS } from './throttle.ts';

test('the first failures are free, then the wait doubles up to its longest', () => {
  const waits = Array.from({ length: 20 }, (_, n) => blockSeconds(n, FROM_ONE_ADDRESS));
  expect(waits.slice(0, 10)).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 4, 8]);
  expect(waits.at(-1)).toBe(900);
  expect(blockSeconds(1_000_000, FROM_ONE_ADDRESS)).toBe(900);
});

test('guesses from elsewhere keep the owner of an account out for half a minute at most', () => {
  expect(blockSeconds(1_000_000, FROM_ANYWHERE)).toBe(30);
});
