import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readStanzas } from './stanzas.ts';

const read = (text: string) =>
  [...readStanzas(text, new Set(['a', 'b']))].map(({ fields, ...rest }) => ({
    ...rest,
    ...Object.fromEntries(fields),
  }));

test('blocks, folded values, names in any case, fields nobody wants', () => {
  expect(read('A: 1\nX: 9\n skipped\nB:  two\n  more\n\n\r\n\nb:3\n')).toEqual([
    { line: 1, a: '1', b: 'two\nmore' },
    { line: 9, b: '3' },
  ]);
});

test('a repeated field has all its values', () => {
  expect(read('A: 1\nA: 2')).toEqual([{ line: 1, a: '1\n2' }]);
});

test.each([
  ['no colon', 'A: 1\nnonsense\nB: 2'],
  ['no name', 'A: 1\n: 5\nB: 2'],
  ['an endless name', `A: 1\n${'n'.repeat(101)}: 5\nB: 2`],
])('a line with %s is told, the rest is read', (_, text) => {
  expect(read(text)).toEqual([{ line: 1, badLine: 2, a: '1', b: '2' }]);
});

test('a block that begins with a continuation has a bad line', () => {
  expect(read('  more\nA: 1')).toEqual([{ line: 1, badLine: 1, a: '1' }]);
});

test('any text is read to its end, in time that grows with its length', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ':', '\n', ' ', '\0'), maxLength: 60 }), (text) => {
      for (const stanza of readStanzas(text, new Set(['a']))) expect(stanza.line).toBeGreaterThan(0);
    }),
  );
  expect(read('A'.repeat(1 << 20))).toHaveLength(1);
});
