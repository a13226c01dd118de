import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparatorFor, comparatorIds } from '@stella-ops/engine-versions';

/** Pieces that versions are made of, broken ones too, so that random texts are near to real ones. */
const NUMBERS = ['0', '1', '9', '10', '007', '99999999999999999999'];
const MARKS = ['.', '-', '+', '~', '_', ':', '!', ' ', '*', 'é', '😀', '\u0000', '\ud800'];
const WORDS = ['a', 'b', 'rc', 'alpha', 'post', 'dev', 'r', 'v', 'go', 'Z', 'incompatible'];
const near = fc
  .array(fc.constantFrom(...NUMBERS, ...MARKS, ...WORDS), { maxLength: 8 })
  .map((pieces) => pieces.join(''));
const version = fc.oneof({ weight: 4, arbitrary: near }, fc.string({ unit: 'binary', maxLength: 20 }));

test.each(comparatorIds())('%s is a total order and its sort keys have the same order', (id) => {
  const comparator = comparatorFor(id);
  if (comparator === undefined) throw new Error(`no comparator ${id}`);
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      for (const one of [a, b, c]) {
        expect(typeof comparator.isValid(one)).toBe('boolean');
        expect(comparator.compare(one, one)).toBe(0);
      }
      const order = comparator.compare(a, b);
      expect(comparator.compare(b, a)).toBe(order === 0 ? 0 : -order);
      expect(Buffer.compare(comparator.sortKey(a), comparator.sortKey(b))).toBe(order);
      if (order <= 0 && comparator.compare(b, c) <= 0) expect(comparator.compare(a, c)).toBeLessThanOrEqual(0);
      if (order === 0) expect(comparator.compare(a, c)).toBe(comparator.compare(b, c));
    }),
    { numRuns: 20_000 },
  );
});

test.each(comparatorIds())('%s reads hostile lengths in linear time', (id) => {
  const comparator = comparatorFor(id);
  const length = 200_000;
  for (const piece of ['1', '1.', 'a', '-', '.', ' ', '1-', '1.0-a.', '1!', '+', '~', '0', 'v', 'rc1', '1_']) {
    const text = piece.repeat(length / piece.length);
    const before = performance.now();
    comparator?.compare(`${text}x`, `${text}y`);
    comparator?.isValid(`${text}\n`);
    // Quadratic time would be minutes; the bound leaves room for a busy machine.
    expect([piece, performance.now() - before < 2_000]).toEqual([piece, true]);
  }
});
