import { expect, test } from 'vitest';
import { formatPlace } from './errors.ts';

test.each([
  [{ file: 'a.json', line: 3, column: 5 }, 'a.json:3:5'],
  [{ file: 'a.json', pointer: '/x/0' }, 'a.json#/x/0'],
  [{ file: 'a.tar', offset: 512 }, 'a.tar@512'],
  [{ line: 2 }, 'line 2'],
  [undefined, ''],
])('a place is told as much as is known of it: %j', (place, text) => {
  expect(formatPlace(place)).toBe(text);
});

test('the pointer to the whole document adds nothing to the name of the file', () => {
  expect(formatPlace({ file: 'a.jsonl', line: 2, pointer: '' })).toBe('a.jsonl:2');
});
