import { expect, test } from 'vitest';
import { parsePurl } from './parse-purl.ts';
import { goModulePath, purlFor, upstreamOf } from './purl-for.ts';

const debian = { distroId: 'debian', distroVersionId: '12', architecture: 'amd64' };

test('a Debian package carries architecture, distribution and a source that differs', () => {
  expect(purlFor.deb({ ...debian, name: 'bash', version: '5.2-1' })).toBe(
    'pkg:deb/debian/bash@5.2-1?arch=amd64&distro=debian-12',
  );
  const source = { name: 'openssl', version: '3.0.11-1' };
  expect(purlFor.deb({ ...debian, name: 'libssl3', version: '3.0.11-1', source })).toBe(
    'pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&distro=debian-12&upstream=openssl',
  );
  expect(purlFor.deb({ ...debian, name: 'libssl3', version: '1:3.0.11-1+b1', source })).toBe(
    'pkg:deb/debian/libssl3@1:3.0.11-1%2Bb1?arch=amd64&distro=debian-12&upstream=openssl%403.0.11-1',
  );
});

test.each([
  ['openssl%403.0.11-1', { name: 'openssl', version: '3.0.11-1' }],
  ['openssl', { name: 'openssl' }],
])('upstream=%s names a source package', (value, source) => {
  const parsed = parsePurl(`pkg:deb/debian/libssl3@1?upstream=${value}`);
  expect(parsed.ok && upstreamOf(parsed.purl)).toEqual(source);
});

test('packages of npm, PyPI and Go', () => {
  expect(purlFor.npm('@scope/name', '1.0.0')).toBe('pkg:npm/%40scope/name@1.0.0');
  expect(purlFor.npm('name', undefined)).toBe('pkg:npm/name');
  expect(purlFor.pypi('Foo_Bar', '1.0')).toBe('pkg:pypi/foo-bar@1.0');
  expect(purlFor.golang('github.com/A/b/v2', 'v2.0.0')).toBe('pkg:golang/github.com/A/b/v2@v2.0.0');
  expect(purlFor.golang('stdlib', '1.21')).toBe('pkg:golang/stdlib@1.21');
});

test('the module path of a Go purl keeps its case', () => {
  const parsed = parsePurl('pkg:golang/github.com/Masterminds/semver/v3@v3.2.0');
  expect(parsed.ok && goModulePath(parsed.purl)).toBe('github.com/Masterminds/semver/v3');
});

test('a package without a name has no purl', () => {
  expect(() => purlFor.npm('', '1')).toThrow(expect.objectContaining({ code: 'PURL_INVALID' }));
});
