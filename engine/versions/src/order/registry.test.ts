import { expect, test } from 'vitest';
import { comparatorFor, comparatorIds, schemeFor } from './registry.ts';

test.each([
  ['Debian:12', 'dpkg'],
  ['Ubuntu:Pro:16.04:LTS', 'dpkg'],
  ['deb', 'dpkg'],
  ['npm', 'semver'],
  ['PyPI', 'pep440'],
  ['pypi', 'pep440'],
  ['Go', 'go'],
  ['golang', 'go'],
])('%s is ordered by %s', (ecosystem, id) => expect(schemeFor(ecosystem)).toBe(id));

test.each(['Maven', 'Alpine:v3.19', 'constructor', '__proto__', '', ':12'])('%s has no order yet', (ecosystem) => {
  expect(comparatorFor(ecosystem)).toBeUndefined();
});

test('every comparator is found by its own id', () => {
  expect(comparatorIds().map((id) => schemeFor(id))).toEqual(comparatorIds());
});
