import { expect, test } from 'vitest';
import { commandWord } from './command-word.ts';
import { counted, fileSize, listed } from './words.ts';

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [8339, '8.3 kB'],
  [123_456, '123 kB'],
  [1_700_000_000, '1.7 GB'],
  [null, '–'],
])('%s bytes are told as %s', (bytes, text) => {
  expect(fileSize(bytes)).toBe(text);
});

test('one is never many', () => {
  expect([counted(1, 'entry', 'entries'), counted(0, 'finding'), counted(12_345, 'finding')]).toEqual([
    '1 entry',
    '0 findings',
    '12,345 findings',
  ]);
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
});

test.each([
  ['CVE-2021-33503', 'CVE-2021-33503'],
  ['pkg:npm/%40a/b@1.0', 'pkg:npm/%40a/b@1.0'],
  ['two words', `'two words'`],
  [`it's; rm -rf $HOME`, `'it'\\''s; rm -rf $HOME'`],
  ['', `''`],
  ['-rf', `'-rf'`],
])('%s in a command that is copied stays one word of a shell', (text, word) => {
  expect(commandWord(text)).toBe(word);
});
