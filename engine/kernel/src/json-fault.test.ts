import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonFault } from './json-fault.ts';

test.each([
  ['', 0, 'a value'],
  ['{"a": x}', 6, 'a value'],
  ['{"a" 1}', 5, '":"'],
  ["{'a': 1}", 1, 'a member name in double quotes'],
  ['[1,]', 3, 'a value'],
  ['{"a":1,}', 7, 'a member name in double quotes'],
  ['[1 2]', 3, '"," or "]"'],
  ['[01]', 2, '"," or "]"'],
  ['"a\nb"', 2, 'a valid character in a string'],
  ['"abc', 4, 'the end of a string'],
  ['{} x', 3, 'the end of the document'],
  ['[[1, 2], {"a": [', 16, 'a value'],
])('%j stops being JSON at %i', (text, offset, expected) => {
  expect(findJsonFault(text)).toEqual({ offset, expected });
});

test('valid JSON is walked to its end', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(findJsonFault(text)).toEqual({ offset: text.length, expected: 'the end of the document' });
    }),
  );
});
