import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonTrap } from './inspect-json.ts';

test('no JSON that a careful program writes is refused', () => {
  const key = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__proto__' && !text.includes('\0'));
  const text = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      fc.integer(),
      fc.double({ noDefaultInfinity: true, noNaN: true }),
      fc.boolean(),
      fc.constant(null),
      text,
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value')),
    object: fc.dictionary(key, tie('value')),
  })).value;
  fc.assert(
    fc.property(value, fc.constantFrom(undefined, 1), (json, space) => {
      expect(findJsonTrap(JSON.stringify(json, null, space))).toBeUndefined();
    }),
  );
});

test('a member twice is found at any depth, and only within one object', () => {
  expect(findJsonTrap('[{"a":1},{"a":2}]')).toBeUndefined();
  expect(findJsonTrap('{"a":{"a":["a","a"]},"b":"a"}')).toBeUndefined();
  expect(findJsonTrap('{"a":{"b":[{"c":1,"d":"}","c":2}]}}')).toMatchObject({ offset: 26, isDuplicate: true });
  expect(findJsonTrap('{"a":"x","b":[1,2],"a":1}')).toMatchObject({ offset: 19 });
});

test('quotes and brackets inside strings are text', () => {
  expect(findJsonTrap(String.raw`{"a":"\"},{\\","b":"{\"a\":1,\"a\":2}"}`)).toBeUndefined();
});

test('names like those of Object.prototype are names, but for __proto__', () => {
  expect(findJsonTrap('{"constructor":1,"toString":2}')).toBeUndefined();
  expect(findJsonTrap(String.raw`{"a":[{"__pr\u006fto__":1}]}`)?.message).toContain('__proto__');
  expect(findJsonTrap('{"a":"__proto__"}')).toBeUndefined();
});

test('a number that is infinite once it is read is found, and in a string it is text', () => {
  expect(findJsonTrap('{"a":[1,-1e999]}')).toMatchObject({ offset: 8, isDuplicate: false });
  expect(findJsonTrap('1e400')?.message).toContain('too large');
  expect(findJsonTrap('{"1e999":"1e999","a":[1e308,-0.5E+3,0]}')).toBeUndefined();
});
