import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dpkg } from './dpkg.ts';

/** The algorithm of dpkg's `verrevcmp`, walked character by character: nothing shared with the keys. */
function verrevcmp(a: string, b: string): number {
  const order = (c: string | undefined) =>
    c === undefined || /\d/.test(c) ? 0 : /[A-Za-z]/.test(c) ? c.charCodeAt(0) : c === '~' ? -1 : c.charCodeAt(0) + 256;
  let i = 0;
  let j = 0;
  const isDigit = (text: string, at: number) => at < text.length && /\d/.test(text.charAt(at));
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const [left, right] = [order(a[i]), order(b[j])];
      if (left !== right) return left - right;
      i++;
      j++;
    }
    while (a[i] === '0') i++;
    while (b[j] === '0') j++;
    let first = 0;
    while (isDigit(a, i) && isDigit(b, j)) {
      if (first === 0) first = a.charCodeAt(i) - b.charCodeAt(j);
      i++;
      j++;
    }
    if (isDigit(a, i)) return 1;
    if (isDigit(b, j)) return -1;
    if (first !== 0) return first;
  }
  return 0;
}

test('upstream versions are ordered as dpkg orders them', () => {
  const text = fc.stringMatching(/^[019aZ~+.b]{0,10}$/);
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(dpkg.compare(a, b)).toBe(Math.sign(verrevcmp(a, b)) + 0);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['1.0~rc1-1', '1.0-1'],
  ['1.0', '1.0a'],
  ['1.0a', '1.0+b'],
  ['1.0-1', '1.0-1+deb12u1'],
  ['9:1.0', '10:0.1'],
  ['1.0-1', '1.0-1.1'],
  ['1-1-9', '1-2-1'],
])('%s is older than %s', (a, b) => {
  expect(dpkg.compare(a, b)).toBe(-1);
  expect(dpkg.compare(b, a)).toBe(1);
});

test.each([
  ['1.0', '0:1.0'],
  ['1.0', '1.0-0'],
  ['1.0', '1.00'],
  ['1.', '1.0'],
])('%s and %s are the same version', (a, b) => expect(dpkg.compare(a, b)).toBe(0));

test('numbers longer than any integer type are compared by value', () => {
  expect(dpkg.compare(`1.${'9'.repeat(300)}`, `1.1${'0'.repeat(300)}`)).toBe(-1);
  expect(dpkg.compare(`1.${'9'.repeat(254)}`, `1.${'1'.repeat(255)}`)).toBe(-1);
});

test.each(['', 'x1.0', 'a:1.0', '1.0-', '1 0', '1.0_1'])('"%s" is not a version dpkg takes', (text) => {
  expect(dpkg.isValid(text)).toBe(false);
});

test.each(['1', '1:2.3.4-5ubuntu6~7+b8', '2024-01-01-1'])('"%s" is a version dpkg takes', (text) => {
  expect(dpkg.isValid(text)).toBe(true);
});
