import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { readQuery, textKinds, writeQuery } from './query.ts';

const Query = z.strictObject({
  text: z.string().optional(),
  count: z.int().default(5),
  ratio: z.number().nullable().optional(),
  isNew: z.boolean().optional(),
  tags: z.array(z.string()).optional(),
});
const kinds = textKinds(Query) ?? new Map();
const read = (text: string) => {
  const values = readQuery(kinds, text);
  return typeof values === 'string' ? values : Query.safeParse(values).data;
};

test('what a client writes, a server reads', () => {
  const value = fc.record(
    {
      text: fc.string({ unit: 'grapheme' }),
      count: fc.integer(),
      ratio: fc.integer({ min: -9999, max: 9999 }).map((n) => n / 8),
      isNew: fc.boolean(),
      tags: fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1, maxLength: 5 }),
    },
    { requiredKeys: ['count'] },
  );
  fc.assert(
    fc.property(value, (query) => {
      expect(read(writeQuery(query).slice(1))).toEqual(query);
    }),
  );
});

test('numbers and booleans have one spelling; others fail the schema instead of becoming 0 or true', () => {
  for (const text of [
    'count=',
    'count=0x10',
    'count=1e3',
    'count=%201',
    'count=01',
    'isNew=1',
    'isNew=TRUE',
    'isNew=',
  ]) {
    expect(read(text), text).toBeUndefined();
  }
});

test('a scalar given twice is refused, not resolved by order', () => {
  expect(read('text=a&text=b')).toBe('query parameter "text" is given twice');
});

test('names of Object.prototype are unknown names like any other', () => {
  expect(read('__proto__=1')).toBeUndefined();
  expect(read('constructor=1')).toBeUndefined();
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test('the number of parameters is capped', () => {
  expect(read(Array.from({ length: 201 }, () => 'tags=a').join('&'))).toBe('more than 200 query parameters');
});

test('a single list item is a list', () => {
  expect(read('tags=a')).toEqual({ count: 5, tags: ['a'] });
});
