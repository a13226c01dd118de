import { compareText } from '@stella-ops/engine-kernel';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeKeyDirectory, decodeKeyPage, encodeKeyPages, PAGE_BYTES } from './key-pages.ts';

const anyKey = fc.string({ unit: 'binary', minLength: 1, maxLength: 300 }).filter((key) => key.isWellFormed());

test('every key comes back with its place, whatever it is made of', () => {
  const anyEntries = fc.uniqueArray(fc.record({ key: anyKey, length: fc.integer({ min: 1, max: 2 ** 40 }) }), {
    selector: ({ key }) => key,
    maxLength: 200,
  });
  fc.assert(
    fc.property(anyEntries, (entries) => {
      const sorted = [...entries].sort((a, b) => compareText(a.key, b.key));
      const { pages, directory } = encodeKeyPages(sorted);
      const { firstKeys, bases } = decodeKeyDirectory(directory);
      const found = firstKeys.flatMap((first, number) => {
        const page = decodeKeyPage(pages.subarray(number * PAGE_BYTES, (number + 1) * PAGE_BYTES), bases[number] ?? 0);
        expect([...page.keys()][0]).toBe(first);
        return [...page];
      });
      let offset = 0;
      const expected = sorted.map(({ key, length }) => {
        const row = [key, { offset, length }];
        offset += length;
        return row;
      });
      expect(found).toEqual(expected);
    }),
    { numRuns: 50 },
  );
});

test('the longest key that a record may name fits a page', () => {
  const key = `${'\uffff'.repeat(256)}\0${'\uffff'.repeat(1_024)}`;
  const { pages } = encodeKeyPages([{ key, length: 2 ** 40 }]);
  expect([...decodeKeyPage(pages, 0)]).toEqual([[key, { offset: 0, length: 2 ** 40 }]]);
});
