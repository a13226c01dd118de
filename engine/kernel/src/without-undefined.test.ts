import { expect, test } from 'vitest';
import { withoutUndefined } from './without-undefined.ts';

test('only undefined is left out: nothing, empty and false are said', () => {
  const members = { a: undefined, b: null, c: '', d: false, e: 0 };
  expect(Object.keys(withoutUndefined(members))).toEqual(['b', 'c', 'd', 'e']);
  expect(Object.keys(members)).toHaveLength(5);
});

test('a member of the name of the prototype is a member', () => {
  const members = JSON.parse('{"__proto__": 1}') as object;
  expect(Object.entries(withoutUndefined(members))).toEqual([['__proto__', 1]]);
});
