import { expect, test } from 'vitest';
import { pep440 } from './pep440.ts';

/** PEP 440, "Summary of permitted suffixes and relative ordering", with locals. */
const ASCENDING = [
  '1.dev0',
  '1.0.dev456',
  '1.0a1',
  '1.0a2.dev456',
  '1.0a12.dev456',
  '1.0a12',
  '1.0b1.dev456',
  '1.0b2',
  '1.0b2.post345.dev456',
  '1.0b2.post345',
  '1.0rc1.dev456',
  '1.0rc1',
  '1.0',
  '1.0+abc.5',
  '1.0+abc.7',
  '1.0+5',
  '1.0.post456.dev34',
  '1.0.post456',
  '1.0.15',
  '1.1.dev1',
  '1!0.1',
];

test('every pair of the list of PEP 440 is in order', () => {
  for (const [i, a] of ASCENDING.entries()) {
    for (const [j, b] of ASCENDING.entries()) expect([a, b, pep440.compare(a, b)]).toEqual([a, b, Math.sign(i - j)]);
  }
});

test.each([
  ['1.0', 'v1.0.0'],
  ['1.0', '0!1'],
  ['1.0alpha1', '1.0-A.1'],
  ['1.0c1', '1.0rc1'],
  ['1.0preview1', '1.0-pre-1'],
  ['1.0-1', '1.0.post1'],
  ['1.0rev1', '1.0.r1'],
  ['1.0a', '1.0a0'],
  ['1.0+ubuntu_1', '1.0+Ubuntu-1'],
  [' 1.0 ', '01.0'],
])('%s and %s are the same version', (a, b) => expect(pep440.compare(a, b)).toBe(0));

test.each(['', 'not-a-version', '1.0-final', '0.3m2', '2013-01-21T20:33:09+0100'])(
  '"%s" is not a version and is below all versions',
  (text) => {
    expect(pep440.isValid(text)).toBe(false);
    expect(pep440.compare(text, '0.dev0')).toBe(-1);
  },
);
