import { expect, test } from 'vitest';
import { scanImage } from '../../scan-image.ts';
import { tinyImage } from '../../testing/tiny-image.ts';
import { file, type TinyEntry } from '../../testing/tiny-tar.ts';
import { normalizeName, parseMetadata } from './parse-metadata.ts';

const parse = (text: string) => parseMetadata(Buffer.from(text));

test('the header is read, the description is not', () => {
  const text = `\ufeffMetadata-Version: 2.1\r\nName: Foo.Bar\r\nVersion: 1.0\r\nLicense: MIT
Requires-Dist: Requests[socks] (>=2) ; python_version > "3"\nRequires-Dist: typing_extensions>=4
Requires-Dist: pytest ; extra == "test"\n\nName: other\nVersion: 9\n`;
  expect(parse(text)).toEqual({
    facts: { name: 'Foo.Bar', version: '1.0', licenses: ['MIT'], depends: ['requests', 'typing-extensions'] },
  });
});

test.each([
  ['License-Expression: MIT OR Apache-2.0\nLicense: old', ['MIT OR Apache-2.0']],
  ['License: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License', ['MIT License']],
  ['Classifier: License :: OSI Approved\nClassifier: Topic :: X', undefined],
  [`License: ${'whole text '.repeat(50)}\nClassifier: License :: Public Domain`, ['Public Domain']],
  ['License: first line\n        second line\nClassifier: License :: Public Domain', ['Public Domain']],
])('licence of %j', (fields, expected) => {
  expect(parse(`Name: a\nVersion: 1\n${fields}\n`).facts?.licenses).toEqual(expected);
});

test.each([
  ['nothing', ''],
  ['no version', 'Name: a\n'],
  ['a bad name', 'Name: -a\nVersion: 1\n'],
])('%s is told', (_, text) => {
  expect(parse(text)).toMatchObject({ problems: [{ code: 'PYTHON_METADATA_UNREADABLE' }] });
});

test('names are compared as PEP 503 says', () => {
  expect(normalizeName('Foo__Bar.-baz')).toBe('foo-bar-baz');
});

const metadata = (path: string, name: string, more = ''): TinyEntry =>
  file(path, `Name: ${name}\nVersion: 1\n${more}\n`);
async function scan(...entries: TinyEntry[]) {
  return (await scanImage(tinyImage([entries]))).inventory;
}

test('every form in which a distribution is installed', async () => {
  const site = 'usr/lib/python3.11/site-packages';
  const { components, gaps } = await scan(
    metadata(`${site}/a-1.dist-info/METADATA`, 'a'),
    metadata(`${site}/b-1.egg-info/PKG-INFO`, 'b'),
    metadata(`${site}/c-1.egg-info`, 'c'),
    metadata(`${site}/d-1-py3.egg/EGG-INFO/PKG-INFO`, 'd'),
    metadata(`${site}/E.DIST-INFO/METADATA`, 'E'),
    metadata(`${site}/METADATA`, 'none'),
    metadata(`${site}/a-1.dist-info/RECORD`, 'none'),
  );
  expect(components.map(({ purl }) => purl)).toEqual(['a', 'b', 'c', 'd', 'e'].map((name) => `pkg:pypi/${name}@1`));
  expect(components.at(-1)?.name).toBe('E');
  expect(gaps.map(({ code }) => code)).toEqual(['OS_UNKNOWN']);
});

test('dependencies stay in one site directory', async () => {
  const { relations } = await scan(
    metadata('v1/a-1.dist-info/METADATA', 'a', 'Requires-Dist: B_b\nRequires-Dist: c'),
    metadata('v1/b_b.egg-info', 'B-B'),
    metadata('v2/c-1.dist-info/METADATA', 'c'),
  );
  expect(relations).toEqual([{ from: 'pkg:pypi/a@1', to: 'pkg:pypi/b-b@1', kind: 'depends-on' }]);
});

test('what Debian packaged is marked as its own, what another package carries as vendored', async () => {
  const debian = 'usr/lib/python3/dist-packages';
  const { components } = await scan(
    file('var/lib/dpkg/status', 'Package: python3-requests\nVersion: 2\n\nPackage: python3-yaml\nVersion: 2\n'),
    metadata(`${debian}/requests-2.egg-info`, 'requests'),
    metadata(`${debian}/PyYAML-6.egg-info`, 'PyYAML'),
    metadata(`${debian}/odd.egg-info`, 'odd'),
    metadata('usr/local/lib/python3.11/dist-packages/six.egg-info', 'six'),
    metadata('opt/setuptools/_vendor/tomli-2.dist-info/METADATA', 'tomli'),
  );
  const rows = components.filter(({ type }) => type === 'pypi');
  expect(rows.map(({ name, properties, evidence }) => [name, properties, evidence.grade])).toEqual([
    ['odd', { ownedBy: 'deb' }, 'derived'],
    ['PyYAML', { ownedBy: 'deb:python3-yaml' }, 'derived'],
    ['requests', { ownedBy: 'deb:python3-requests' }, 'derived'],
    ['six', undefined, 'exact'],
    ['tomli', { vendored: 'true' }, 'derived'],
  ]);
});

test('without a dpkg database nothing belongs to Debian', async () => {
  const { components } = await scan(metadata('usr/lib/python3/dist-packages/a.egg-info', 'a'));
  expect(components).toMatchObject([{ evidence: { grade: 'exact' } }]);
});
