import { expect, test } from 'vitest';
import { comparedChoices, comparedWith, NOTHING } from './compared-release.ts';

const release = (version: string, day: number, name = 'shop') => ({
  id: `${name} ${version}`,
  name,
  version,
  createdAt: `2026-06-0${day}T12:00:00.000Z`,
});
const [first, second, third, other] = [
  release('1.0.0', 1),
  release('1.1.0', 2),
  release('1.2.0', 4),
  release('1.1.0', 3, 'pay'),
] as const;
const ALL = [third, other, second, first];

test('a release is compared with the one of its product that was made before it', () => {
  expect(comparedWith(ALL, third, undefined)).toBe(second.id);
  expect(comparedWith(ALL, second, undefined)).toBe(first.id);
});

test('the first release of a product is compared with nothing', () => {
  expect(comparedWith(ALL, first, undefined)).toBe(NOTHING);
  expect(comparedWith(ALL, other, undefined)).toBe(NOTHING);
});

test('the address chooses another one of the product, and nothing else', () => {
  expect(comparedWith(ALL, second, third.id)).toBe(third.id);
  expect(comparedWith(ALL, second, NOTHING)).toBe(NOTHING);
  for (const asked of [other.id, second.id, 'anything']) expect(comparedWith(ALL, second, asked)).toBe(first.id);
});

test('what can be chosen are the others of the product, and nothing', () => {
  expect(comparedChoices(ALL, second).map(({ label }) => label)).toEqual(['shop 1.2.0', 'shop 1.0.0', 'nothing']);
});
