import { expect, test } from 'vitest';
import { columns, printable, shortDigest, table } from './table.ts';

test('columns are as wide as their widest cell, and nothing follows the last', () => {
  expect(
    columns([
      ['a', 'bb', 'c'],
      ['aaa', '', ''],
    ]),
  ).toEqual(['a    bb  c', 'aaa']);
});

test('widths count characters, not code units', () => {
  expect(
    columns([
      ['😀', 'x'],
      ['ab', 'y'],
    ]),
  ).toEqual(['😀   x', 'ab  y']);
});

test('rows of different lengths and no rows at all are drawn', () => {
  expect(columns([['a'], ['b', 'c']])).toEqual(['a', 'b  c']);
  expect(columns([])).toEqual([]);
});

test('a table has a head and cells that cannot break out of their line', () => {
  expect(table(['NAME', 'VERSION'], [['evil\n\u001b[2J', '1']])).toBe('NAME       VERSION\nevil??[2J  1\n');
});

test.each(['\u0000', '\t', '\n', '\u001b', '\u007f', '\u009b', '\u200e', '\u2028', '\u202e', '\u2066'])(
  'the character %j does not reach a terminal',
  (character) => {
    expect(printable(`a${character}b`)).toBe('a?b');
  },
);

test('a digest is shortened for people, and its absence is empty', () => {
  expect(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('0123456789ab');
  expect(shortDigest(undefined)).toBe('');
});
