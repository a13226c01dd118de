import fc from 'fast-check';
import nodeSemver from 'semver';
import { expect, test } from 'vitest';
import { semver } from './semver.ts';

test('valid versions are ordered as npm orders them', () => {
  const number = fc.integer({ min: 0, max: 12 }).map(String);
  const release = fc.constantFrom('1', '2', '10');
  const identifier = fc.oneof(number, fc.stringMatching(/^[a-cA-C-]{1,3}$/), fc.stringMatching(/^\d[a-c]\d$/));
  const version = fc
    .tuple(fc.constant('1'), fc.constant('0'), release, fc.array(identifier, { maxLength: 3 }), fc.boolean())
    .map(([x, y, z, pre, build]) => `${x}.${y}.${z}${pre.length > 0 ? `-${pre.join('.')}` : ''}${build ? '+b.1' : ''}`);
  fc.assert(
    fc.property(version, version, (a, b) => {
      expect(semver.compare(a, b)).toBe(nodeSemver.compare(a, b));
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['9007199254740992.0.0', '9007199254740993.0.0'],
  ['1.2.3', '1.2.3.1'],
  ['1.2.3.4', '1.2.4'],
  ['1.2.3-99999999999999999999', '1.2.3-100000000000000000000'],
])('%s is older than %s', (a, b) => {
  expect(semver.compare(a, b)).toBe(-1);
});

test.each([
  ['1.2', '1.2.0'],
  ['v1.2.3', '=1.2.3'],
  ['1.2.3beta', '1.2.3-beta'],
  ['1.2.3+a', '1.2.3+b'],
])('%s and %s are the same version', (a, b) => expect(semver.compare(a, b)).toBe(0));

test.each(['', 'latest', '^1.2.3', '1.2.x', '1.2.3-é'])('"%s" is not a version and is below all versions', (text) => {
  expect(semver.isValid(text)).toBe(false);
  expect(semver.compare(text, '0.0.0-0')).toBe(-1);
});
