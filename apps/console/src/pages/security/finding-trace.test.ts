import { expect, test } from 'vitest';
import { matchRows, withoutVersion } from './finding-trace.ts';
import { withText } from './inventory.ts';

test.each([
  ['pkg:pypi/urllib3@1.26.4', 'pkg:pypi/urllib3'],
  ['pkg:npm/%40scope/name@1.0.0', 'pkg:npm/%40scope/name'],
  ['pkg:npm/@scope/name', 'pkg:npm/@scope/name'],
  ['pkg:deb/debian/openssl@3.0.11-1?arch=amd64#usr', 'pkg:deb/debian/openssl'],
])('an exception for every version of %s names %s', (purl, bare) => {
  expect(withoutVersion(purl)).toBe(bare);
});

test('rows of a trace that cannot be read are counted, never shown as something else', () => {
  const row = { key: 'PyPI/x', record: 'A', recordDigest: 'sha256:0', decidedBy: 'range', sentence: 'x' };
  expect(matchRows([row, { other: true }])).toEqual({ rows: [row], unread: 1 });
});

test('components are found by name, purl and licence, whatever the case', () => {
  const component = { ref: 'a', kind: 'library', type: 'npm', name: 'Express', locations: [], licenses: ['MIT'] };
  for (const text of ['express', ' mit ', 'NPM', '']) expect(withText([component], text), text).toHaveLength(1);
  expect(withText([component], 'lodash')).toEqual([]);
});
