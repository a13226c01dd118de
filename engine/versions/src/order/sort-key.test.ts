import { expect, test } from 'vitest';
import { numberKey, releaseKey } from './sort-key.ts';

test('number keys are bytes in the order of the numbers, whatever their length', () => {
  const ascending = ['0', '1', '9', '10', ...[254, 255, 256, 300, 65_536, 70_000].map((length) => '7'.repeat(length))];
  const keys = ascending.map(numberKey);
  for (const [i, key] of keys.entries()) {
    // One character per byte: nothing is lost in the bytes.
    expect(Buffer.from(key, 'latin1').toString('latin1')).toBe(key);
    expect(i === 0 || (keys[i - 1] ?? '') < key).toBe(true);
  }
});

test('leading zeros of numbers and trailing zeros of releases do not count', () => {
  expect(numberKey('007')).toBe(numberKey('7'));
  expect(numberKey('')).toBe(numberKey('000'));
  expect(releaseKey(['1', '0', '00'])).toBe(releaseKey(['1']));
  expect(releaseKey(['1']) < releaseKey(['1', '0', '1'])).toBe(true);
});
