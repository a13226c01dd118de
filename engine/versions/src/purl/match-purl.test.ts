import { expect, test } from 'vitest';
import type { Purl } from '../types.ts';
import { purlMatches, stripVersion } from './match-purl.ts';
import { parsePurl } from './parse-purl.ts';

function purl(text: string): Purl {
  const parsed = parsePurl(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.purl;
}

test.each([
  ['pkg:npm/a', 'pkg:npm/a@1.0.0'],
  ['pkg:npm/a@1.0.0', 'pkg:npm/a@1.0.0?x=1#sub'],
  ['pkg:deb/debian/a@1?distro=debian-12', 'pkg:deb/debian/a@1?arch=amd64&distro=debian-12'],
  ['pkg:generic/a#src', 'pkg:generic/a@1#src'],
  ['pkg:pypi/zope.interface', 'pkg:pypi/zope-interface@5.0'],
  ['pkg:golang/github.com/masterminds/semver@1.5.0', 'pkg:golang/github.com/Masterminds/semver@v1.5.0'],
])('%s speaks of %s', (pattern, candidate) => expect(purlMatches(purl(pattern), purl(candidate))).toBe(true));

test.each([
  ['pkg:npm/a@1.0.0', 'pkg:npm/a@1.0.1'],
  ['pkg:npm/a@1.0.0', 'pkg:npm/a'],
  ['pkg:npm/a', 'pkg:npm/%40x/a'],
  ['pkg:npm/a', 'pkg:pypi/a'],
  ['pkg:npm/A', 'pkg:npm/a'],
  ['pkg:npm/a@1.0.0%2Bx', 'pkg:npm/a@1.0.0%2By'],
  ['pkg:deb/debian/a?arch=amd64', 'pkg:deb/debian/a@1'],
  ['pkg:deb/debian/a?arch=amd64', 'pkg:deb/debian/a?arch=arm64'],
  ['pkg:npm/a?constructor=x', 'pkg:npm/a?y=1'],
  ['pkg:generic/a#src', 'pkg:generic/a@1'],
])('%s does not speak of %s', (pattern, candidate) => {
  expect(purlMatches(purl(pattern), purl(candidate))).toBe(false);
});

test('without its version a purl names every version', () => {
  expect(stripVersion(purl('pkg:npm/a@1?x=1'))).toEqual(purl('pkg:npm/a?x=1'));
});
