import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildPurl } from './build-purl.ts';
import { formatPurl } from './format-purl.ts';
import { parsePurl } from './parse-purl.ts';

const canonical = (text: string): string => {
  const parsed = parsePurl(text);
  return parsed.ok ? formatPurl(parsed.purl) : parsed.message;
};

test.each([
  ['PKG://NPM/@angular/core', 'pkg:npm/%40angular/core'],
  ['pkg:npm/@angular/core@16.0.0', 'pkg:npm/%40angular/core@16.0.0'],
  ['pkg:pypi/Foo_Bar@1.0', 'pkg:pypi/foo-bar@1.0'],
  ['pkg:golang/github.com/Masterminds/semver/v3@v3.2.0', 'pkg:golang/github.com/Masterminds/semver/v3@v3.2.0'],
  ['pkg:golang/stdlib@1.20', 'pkg:golang/stdlib@1.20'],
  ['pkg:deb/debian/libstdc++6@1:1.0+b1', 'pkg:deb/debian/libstdc%2B%2B6@1:1.0%2Bb1'],
  ['pkg:deb/debian/a@1?distro=debian-12&arch=amd64&empty=', 'pkg:deb/debian/a@1?arch=amd64&distro=debian-12'],
  ['pkg:generic/a#b/%2e%2E/./c%2F..%2Fd/', 'pkg:generic/a#b/c/d'],
])('the canonical form of %s is %s', (given, wanted) => expect(canonical(given)).toBe(wanted));

test.each([
  ['npm/a', 'a purl starts with "pkg:"'],
  ['pkg:npm', 'a purl has a type and a name: pkg:type/name'],
  ['pkg:npm/', 'a purl has a type and a name: pkg:type/name'],
  ['pkg:npm/%zz', 'the name is not valid percent-encoded UTF-8'],
  ['pkg:npm/a?x=%ff', 'the qualifier "x" is not valid percent-encoded UTF-8'],
  ['pkg:npm/a?x=1&x=2', 'the qualifier "x" is given twice'],
  ['pkg:npm/a?X=1', '"X" is not a qualifier key'],
  ['pkg:pypi/a/b', 'a pypi purl has no namespace'],
  ['pkg:swift/a', 'a swift purl needs a namespace'],
  [`pkg:npm/${'a'.repeat(20_000)}`, 'longer than 16384 characters'],
])('%s is refused with a sentence', (text, message) => {
  expect(parsePurl(text)).toEqual({ ok: false, message });
});

test('keys that are names of object members are plain data', () => {
  const parsed = parsePurl('pkg:npm/a?constructor=x');
  expect(parsed.ok && parsed.purl.qualifiers?.['constructor']).toBe('x');
  expect(parsed.ok && parsed.purl.qualifiers?.['toString']).toBeUndefined();
  expect(parsePurl('pkg:npm/a?__proto__=x').ok).toBe(false);
});

test('any parts that can be built survive format and parse unchanged', () => {
  const text = fc.string({ unit: 'binary', maxLength: 8 });
  const parts = fc.record({
    type: fc.constantFrom('npm', 'generic', 'deb', 'golang', 'pypi', 'git', 'cpan'),
    namespace: text,
    name: text,
    version: text,
    qualifiers: fc.dictionary(fc.stringMatching(/^[a-z][a-z0-9_.-]{0,5}$/), text, { maxKeys: 3 }),
    subpath: text,
  });
  fc.assert(
    fc.property(parts, (given) => {
      const built = buildPurl(given);
      if (!built.ok) return;
      expect(parsePurl(formatPurl(built.purl))).toEqual(built);
    }),
    { numRuns: 1000 },
  );
});

test('no text makes the parser throw', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[pkg:/@?#=&%2Fa.]{0,40}$/), (text) => {
      const parsed = parsePurl(`pkg:${text}`);
      if (parsed.ok) expect(parsePurl(formatPurl(parsed.purl))).toEqual(parsed);
    }),
    { numRuns: 2000 },
  );
});
