import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LinkMatcher } from './link-matcher.ts';
import { hashOfPath, hashPath } from './path-hash.ts';
import { PathMatcher, type PathRules } from './path-rules.ts';
import { PathSet, PathSetBuilder } from './path-set.ts';

const anyPath = fc.array(fc.string({ minLength: 1, maxLength: 5, unit: fc.constantFrom('a', 'b', 'ü', '.') }), {
  minLength: 1,
  maxLength: 5,
});

test('hashing a path hashes its parents on the way, wherever the bytes lie', () => {
  fc.assert(
    fc.property(anyPath, fc.nat(9), (parts, before) => {
      const path = parts.join('/');
      const bytes = Buffer.concat([Buffer.alloc(before, '/'), Buffer.from(path), Buffer.from('/x')]);
      const parents: number[] = [];
      const hash = hashPath(bytes, before, bytes.length - 2, (parent, depth) => (parents[depth] = parent));
      expect(hash).toBe(hashOfPath(path));
      expect(parents).toEqual(parts.slice(1).map((_, i) => hashOfPath(parts.slice(0, i + 1).join('/'))));
    }),
  );
});

test('a hundred thousand paths of a real shape have as many hashes, all of them safe integers', () => {
  const hashes = new Set<number>();
  for (let i = 0; i < 100_000; i++) {
    const hash = hashOfPath(`usr/share/${i % 7}/lib${Math.floor(i / 7)}.so`);
    expect(Number.isSafeInteger(hash)).toBe(true);
    hashes.add(hash);
  }
  expect(hashes.size).toBe(100_000);
});

test('a set knows what was added, also after a round trip through text', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.array(fc.nat(50)), (added, others) => {
      const build = (hashes: readonly number[]) => {
        const builder = new PathSetBuilder();
        for (const hash of hashes) builder.add(hash * 1e12);
        return builder.build();
      };
      const set = PathSet.fromText(build(added).toText());
      for (let i = 0; i <= 51; i++) expect(set?.has(i * 1e12)).toBe(added.includes(i));
      expect(set?.size).toBe(new Set(added).size);
      const shared = [...new Set(added)].filter((one) => others.includes(one));
      expect(set?.countShared(build(others))).toBe(shared.length);
    }),
  );
});

test('a set grows beyond its first size', () => {
  const builder = new PathSetBuilder();
  for (let i = 5000; i > 0; i--) builder.add(i);
  const set = builder.build();
  expect([set.size, set.has(1), set.has(5000), set.has(5001)]).toEqual([5000, true, true, false]);
});

test.each(['AAAA', '-', 'AAAAAAAAAEAAAAAAAADwPw==', 'AAAAAAAA8D8AAAAAAADwPw=='])(
  'text that no set wrote is refused: %s',
  (text) => expect(PathSet.fromText(text)).toBeUndefined(),
);

describe('rules', () => {
  const SETS: readonly PathRules[] = [
    { paths: ['etc/os-release'], directories: ['var/status.d'] },
    { names: ['go.mod'], suffixes: ['.jar', '/package.json'] },
    { anyFileFrom: 100 },
  ];
  const matcher = new PathMatcher(SETS);
  const match = (path: string, size = -1) => {
    const bytes = Buffer.from(`##${path}##`);
    return matcher.match(bytes, 2, bytes.length - 2, size);
  };

  test.each([
    ['etc/os-release', -1, 0],
    ['x/etc/os-release', -1, -1],
    ['tc/os-release', -1, -1],
    ['var/status.d/a', -1, 0],
    ['var/status.d/a/b', -1, -1],
    ['var/status.d', -1, -1],
    ['var/status.d/', -1, -1],
    ['vav/status.d/a', -1, -1],
    ['go.mod', -1, 1],
    ['a/go.mod', -1, 1],
    ['a/xgo.mod', -1, -1],
    ['a.jar', -1, 1],
    ['.jar', -1, 1],
    ['jar', -1, -1],
    ['package.json', -1, -1],
    ['x/package.json', -1, 1],
    ['anything', 100, 2],
    ['anything', 99, -1],
    ['a.jar', 100, 1],
    ['', 100, -1],
  ])('%s of %i bytes belongs to set %i', (path, size, owner) => {
    expect(match(path, size)).toBe(owner);
  });

  test.each([
    ['lib', true],
    ['usr/lib', true],
    ['usr/lib/x', false],
    ['var/lib/dpkg', true],
    ['var/lib/dpkg/status', true],
    ['var/lib/dpkg/other', false],
    ['a/b/node_modules/x', true],
    ['node_modules/@s/x', true],
    ['a/node_modules/@s/x', true],
    ['a/node_modules/.bin/x', false],
    ['a/node_modules/x/lib/y', false],
    ['a/b/xnode_modules/x', false],
  ])('a link at %s is remembered: %s', (path, expected) => {
    const links = new LinkMatcher([{ paths: ['var/lib/dpkg/status'], linksIn: ['node_modules'] }]);
    const bytes = Buffer.from(`/${path}/`);
    expect(links.matches(bytes, 1, bytes.length - 1)).toBe(expected);
  });
});
