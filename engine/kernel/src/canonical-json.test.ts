import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';

test('members are ordered by UTF-16 code units and undefined members are left out', () => {
  expect(canonicalJson({ b: 1, a: [true, null], '\u{1F600}': 2, ﬀ: 3, c: undefined })).toBe(
    '{"a":[true,null],"b":1,"😀":2,"ﬀ":3}',
  );
});

test.each([[Number.NaN], [Infinity], [10n], ['\ud800'], [new Date(0)], [() => 1], [[undefined]]])(
  'a value outside the JSON data model is refused: %s',
  (value) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'JSON_NOT_REPRESENTABLE' }));
  },
);

test('nesting beyond the limit is refused, not a stack overflow', () => {
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  expect(() => canonicalJson(deep)).toThrow(expect.objectContaining({ code: 'JSON_NOT_REPRESENTABLE' }));
});
