import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sourceEnding } from './source-ending.ts';

test.each([
  ['one record on several lines', '{\n "id": "A"\n}', '.json'],
  ['one record on one line without an end', '{"id":"A"}', '.json'],
  ['a list', '[{"id":"A"}]', '.json'],
  ['records a line', '{"id":"A"}\n{"id":"B"}', '.jsonl'],
  ['records a line after empty lines', '\r\n\n{"id":"A"}\r\n{"id":"B"}', '.jsonl'],
  ['a list that begins on its first line', '[\n{"id":"A"}\n]', '.json'],
  ['nothing', '', '.json'],
])('%s', (_name, text, ending) => {
  expect(sourceEnding(Buffer.from(text), false)).toBe(ending);
});

test('the sender may say that there is one record a line, when the first one is broken', () => {
  expect(sourceEnding(Buffer.from('{"id":\n{"id":"B"}'), true)).toBe('.jsonl');
});

test('archives are known by their first bytes, whatever the sender says', () => {
  expect(sourceEnding(Buffer.from('PK\u0003\u0004rest', 'latin1'), true)).toBe('.zip');
  expect(sourceEnding(gzipSync('{}'), false)).toBe('.jsonl.gz');
  expect(sourceEnding(zstdCompressSync('{}'), false)).toBe('.jsonl.zst');
});
