import { expect, test } from 'vitest';
import { compareJson } from './compare-json.ts';

test('members are named by path, with the sides that have them', () => {
  expect(compareJson({ a: { b: 1, c: 2 }, d: 0 }, { a: { b: 3 }, d: 0, e: null })).toEqual([
    { path: 'a.b', before: 1, after: 3 },
    { path: 'a.c', before: 2 },
    { path: 'e', after: null },
  ]);
});

test('items with ids are compared by id, wherever they stand', () => {
  const one = { id: 'one', when: 'x' };
  expect(compareJson([one, { id: 'two', when: 'y' }], [{ id: 'two', when: 'z' }, one], 'rules')).toEqual([
    { path: 'rules[two].when', before: 'y', after: 'z' },
  ]);
});

test('other lists are compared as sets', () => {
  expect(compareJson([1, 2], [2, 3], 'list')).toEqual([
    { path: 'list[]', before: 1 },
    { path: 'list[]', after: 3 },
  ]);
  expect(compareJson([{ id: 'x' }, { id: 'x' }], [{ id: 'x' }], 'list')).toEqual([]);
});

test('members that every object inherits are not there', () => {
  expect(compareJson({}, JSON.parse('{"__proto__": 1, "constructor": 2}'))).toEqual([
    { path: '__proto__', after: 1 },
    { path: 'constructor', after: 2 },
  ]);
});
