import { expect, test } from 'vitest';
import { parseCanonicalJson, parseJson } from './json.ts';

test('a syntax fault names file, line and column', () => {
  expect(() => parseJson('{\n  "a": 1,\n  "b": x\n}', 'pack.json')).toThrow(
    expect.objectContaining({ code: 'JSON_INVALID', place: { file: 'pack.json', line: 3, column: 8 } }),
  );
});

test('a truncated document names its end', () => {
  expect(() => parseJson('{"a": [1,', 'x')).toThrow(expect.objectContaining({ code: 'JSON_INVALID' }));
});

test('a million brackets are refused before parsing', () => {
  expect(() => parseJson('['.repeat(1_000_000), 'x')).toThrow(expect.objectContaining({ code: 'JSON_TOO_DEEP' }));
});

test('many small values are refused before they take many times the memory of the text', () => {
  const limits = { maxValues: 100 };
  expect(() => parseJson(`[${'[],'.repeat(51)}1]`, 'x', limits)).toThrow(
    expect.objectContaining({ code: 'JSON_TOO_LARGE', place: { file: 'x' } }),
  );
  expect(parseJson(`[${'0,'.repeat(99)}1]`, 'x', limits)).toHaveLength(100);
  expect(() => parseJson(`[${'0,'.repeat(100)}1]`, 'x', limits)).toThrow(
    expect.objectContaining({ code: 'JSON_TOO_LARGE' }),
  );
  expect(parseJson(JSON.stringify(','.repeat(1000)), 'x', limits)).toHaveLength(1000);
});

test('brackets and escaped quotes inside strings do not count as nesting', () => {
  const text = JSON.stringify({ a: '"['.repeat(2000), b: '\\' });
  expect(parseJson(text, 'x')).toEqual({ a: '"['.repeat(2000), b: '\\' });
});

test('__proto__ is an ordinary member', () => {
  const value = parseJson('{"__proto__": {"polluted": true}}', 'x') as Record<string, unknown>;
  expect(Object.hasOwn(value, '__proto__')).toBe(true);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test.each(['{"a":1,"a":2}', '{"b":1,"a":2}', '{"a": 1}', '{"a":1.0}', '{"a":1}\n', '"\\ud800"'])(
  'a document that is not in canonical form is refused: %s',
  (text) => {
    expect(() => parseCanonicalJson(Buffer.from(text), 'x')).toThrow(
      expect.objectContaining({ code: 'JSON_NOT_CANONICAL' }),
    );
  },
);
