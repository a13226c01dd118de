import { expect, test } from 'vitest';
import { nextLink } from './link.ts';

test.each([
  [undefined, undefined],
  ['</v2/a/tags/list?n=2&last=b>; rel="next"', '/v2/a/tags/list?n=2&last=b'],
  ['</x>; rel=next', '/x'],
  ['</first>; rel="prev", </second>; title="a"; rel="next"', '/second'],
  ['</x>; rel="nextish"', undefined],
  ['</x', undefined],
  ['<a><b><c>', undefined],
  ['<'.repeat(100_000), undefined],
])('of the header %.60s the next page is %s', (header, next) => {
  expect(nextLink(header)).toBe(next);
});
