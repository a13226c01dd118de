import { describe, expect, test } from 'vitest';
import { scanImage } from '../../scan-image.ts';
import { tinyImage } from '../../testing/tiny-image.ts';
import { file, npmPackage, symlink, type TinyEntry } from '../../testing/tiny-tar.ts';
import { isInstalledManifest, lookupDirectories } from './installed-path.ts';
import { parseManifest } from './parse-manifest.ts';

test.each([
  ['node_modules/a/package.json', true],
  ['srv/app/node_modules/a/package.json', true],
  ['srv/node_modules/@s/a/package.json', true],
  ['srv/node_modules/a/node_modules/@s/b/node_modules/c/package.json', true],
  ['usr/lib/node_modules/npm/package.json', true],
  ['node_modules/.pnpm/a@1.0.0/node_modules/a/package.json', true],
  ['node_modules/.store/a-npm-1/node_modules/@s/a/package.json', true],
  ['package.json', false],
  ['srv/app/package.json', false],
  ['node_modules/package.json', false],
  ['node_modules/@s/package.json', false],
  ['node_modules/a/lib/package.json', false],
  ['node_modules/a/dist/compiled/b/package.json', false],
  ['node_modules/a/test/node_modules/b/package.json', false],
  ['node_modules/.bin/package.json', false],
  ['node_modules/.cache/x/package.json', false],
])('%s is the manifest of an installed package: %s', (path, expected) => {
  expect(isInstalledManifest(path)).toBe(expected);
});

test.each([
  ['a/node_modules/x', ['a/node_modules/x/node_modules', 'a/node_modules', 'node_modules']],
  ['node_modules/x', ['node_modules/x/node_modules', 'node_modules']],
  ['srv', ['srv/node_modules', 'node_modules']],
])('the dependencies of a package in %s are looked for as Node does', (directory, expected) => {
  expect([...lookupDirectories(directory)]).toEqual(expected);
});

const parse = (text: string) => parseManifest(Buffer.from(text), 'package.json');

test('name, version, licences of every age, dependencies', () => {
  const manifest = {
    name: '@s/a',
    version: '1.0.0',
    license: { type: 'MIT' },
    licenses: [{ type: 'BSD' }, 'ISC', 7],
    dependencies: { b: '1' },
    optionalDependencies: { c: '1' },
    peerDependencies: { b: '*', d: '1' },
    devDependencies: { e: '1' },
  };
  expect(parse(JSON.stringify(manifest))).toEqual({
    facts: { name: '@s/a', version: '1.0.0', licenses: ['MIT', 'BSD', 'ISC'], depends: ['b', 'c', 'd'] },
  });
});

describe('what is no package', () => {
  test.each([
    '{}',
    '{"type":"module"}',
    '{"name":"a"}',
    '{"version":"1"}',
    '{"name":7,"version":"1"}',
    '{"name":"a","version":""}',
  ])('%s is passed over', (text) => expect(parse(text)).toEqual({}));

  test.each([
    ['{', /line 1:2 not JSON/],
    ['', /not JSON/],
    ['[]', /not an object/],
    ['{"name":"a b","version":"1"}', /"a b" is not a package name/],
    ['{"name":"../../x","version":"1"}', /is not a package name/],
    ['['.repeat(1000), /nested deeper/],
  ])('%s is told', (text, sentence) => {
    const { facts, problems } = parse(text);
    expect(facts).toBeUndefined();
    expect(problems).toMatchObject([
      { code: 'NPM_MANIFEST_UNREADABLE', detail: expect.stringMatching(sentence) as unknown },
    ]);
  });

  test('bytes that are no UTF-8 are told', () => {
    expect(parseManifest(Buffer.from([0x7b, 0xff]), 'x').problems).toHaveLength(1);
  });
});

test('a byte order mark, a poisoned prototype and lone surrogates do no harm', () => {
  const text = '\ufeff{"__proto__":{"name":"evil"},"name":"a\\ud800","version":"1","dependencies":{"__proto__":"1"}}';
  expect(parse(text).facts).toEqual({ name: 'a\ufffd', version: '1', depends: ['__proto__'] });
  expect(Object.keys({})).toEqual([]);
  expect(({} as Record<string, unknown>)['name']).toBeUndefined();
  expect(parse('{"__proto__":{"name":"evil","version":"1"}}')).toEqual({});
});

test('a manifest does not decide how much is kept of it', () => {
  const dependencies = Object.fromEntries(Array.from({ length: 9000 }, (_, i) => [`d${i}`, '1']));
  expect(parse(JSON.stringify({ name: 'a', version: '1', dependencies })).facts?.depends).toHaveLength(5000);
  expect(parse(JSON.stringify({ name: 'a'.repeat(300), version: '1' }))).toEqual({});
});

async function relations(entries: readonly TinyEntry[]): Promise<string[]> {
  const { inventory } = await scanImage(tinyImage([entries]));
  return inventory.relations.map(({ from, to }) => `${from.slice(8)} > ${to.slice(8)}`);
}

test('a dependency is the nearest copy', async () => {
  expect(
    await relations([
      npmPackage('srv', 'a', { dependencies: { b: '2', c: '1', gone: '1' } }),
      npmPackage('srv/node_modules/a', 'b', { version: '2.0.0' }),
      npmPackage('srv', 'b', { version: '1.0.0' }),
      file('node_modules/c/package.json', '{"name":"c","version":"3.0.0"}'),
    ]),
  ).toEqual(['a@1.0.0 > b@2.0.0', 'a@1.0.0 > c@3.0.0']);
});

test("dependencies go over pnpm's links", async () => {
  const store = 'srv/node_modules/.pnpm';
  expect(
    await relations([
      npmPackage(`${store}/a@1`, 'a', { dependencies: { '@s/b': '1' } }),
      npmPackage(`${store}/b@1`, '@s/b'),
      symlink(`${store}/a@1/node_modules/@s/b`, '../../../b@1/node_modules/@s/b'),
      symlink('srv/node_modules/a', '.pnpm/a@1/node_modules/a'),
    ]),
  ).toEqual(['a@1.0.0 > %40s/b@1.0.0']);
});

test('an alias counts as what its manifest says', async () => {
  const entry = file('node_modules/alias/package.json', '{"name":"real","version":"1.0.0"}');
  const { inventory } = await scanImage(tinyImage([[entry]]));
  expect(inventory.components).toMatchObject([
    { purl: 'pkg:npm/real@1.0.0', locations: [{ path: 'node_modules/alias/package.json' }] },
  ]);
});
