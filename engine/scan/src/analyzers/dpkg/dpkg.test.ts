import { describe, expect, test } from 'vitest';
import { scanImage } from '../../scan-image.ts';
import { tinyImage } from '../../testing/tiny-image.ts';
import { file, type TinyEntry } from '../../testing/tiny-tar.ts';
import { parseStatus } from './parse-status.ts';

const parse = (text: string) => parseStatus(Buffer.from(text));
const OK = 'Status: install ok installed\n';

test('a whole entry', () => {
  const text = `Package: libssl3\n${OK}Priority: optional\nArchitecture: amd64\nSource: openssl (3.0.11-1)
Version: 3.0.11-1+b1\nMaintainer: Some One <x@example.org>\nProvides: libssl (= 3), ssl-abi
Pre-Depends: libc6 (>= 2.36)\nDepends: debconf (>= 0.5) | debconf-2.0,\n zlib1g:any [amd64]\nDescription: x\n .\n more\n`;
  expect(parse(text)).toEqual({
    facts: [
      {
        name: 'libssl3',
        version: '3.0.11-1+b1',
        architecture: 'amd64',
        source: { name: 'openssl', version: '3.0.11-1' },
        maintainer: 'Some One <x@example.org>',
        depends: ['libc6', 'debconf|debconf-2.0', 'zlib1g'],
        provides: ['libssl', 'ssl-abi'],
      },
    ],
  });
});

describe('who is there', () => {
  test.each([
    ['install ok installed', true],
    ['hold ok installed', true],
    ['deinstall ok installed', true],
    ['install ok half-configured', true],
    ['install ok unpacked', true],
    ['install reinstreq half-installed', true],
    ['deinstall ok config-files', false],
    ['purge ok not-installed', false],
  ])('%s: %s', (status, isThere) => {
    const { facts = [] } = parse(`Package: a\nStatus: ${status}\nVersion: 1\n`);
    expect(facts).toHaveLength(isThere ? 1 : 0);
    if (isThere && !status.endsWith(' installed')) expect(facts[0]?.state).toBe(status.split(' ')[2]);
  });

  test('an entry without a status', () => expect(parse('Package: a\nVersion: 1\n').facts).toHaveLength(1));
  test('a removed package needs no version', () => {
    expect(parse('Package: a\nStatus: purge ok not-installed\n')).toEqual({ facts: [] });
  });
});

test.each([
  ['openssl', { name: 'openssl', version: '2' }],
  ['openssl (1.9)', { name: 'openssl', version: '1.9' }],
  ['a', undefined],
  ['a (2)', undefined],
  ['open ssl (', undefined],
])('source %s', (source, expected) => {
  expect(parse(`Package: a\nVersion: 2\nSource: ${source}\n`).facts?.[0]?.source).toEqual(expected);
});

test.each([
  ['an entry without a name', `${OK}Version: 1\n`, 'line 1: an entry has no package name'],
  ['one without a version', `Package: a\n${OK}`, 'line 1: package a has no version'],
  ['a version of two words', 'Package: a\nVersion: 1 2\n', 'line 1: package a has no version'],
  ['a name with a slash', 'Package: ../a\nVersion: 1\n', 'line 1: "../a" is not a package name'],
  ['garbage', 'Package: b\nVersion: 1\n\n\0\0\0\n', 'line 4: neither a field nor the rest of one'],
])('%s is told with its line, the others are read', (_, text, detail) => {
  const { facts, problems } = parse(`${text}\nPackage: good\nVersion: 1\n`);
  expect(facts?.at(-1)?.name).toBe('good');
  expect(problems).toEqual([{ code: 'DPKG_STATUS_UNREADABLE', detail }]);
});

test('a database full of faults gives a bounded number of gaps', () => {
  const { problems } = parse('Version: 1\n\n'.repeat(5000));
  expect(problems).toHaveLength(21);
  expect(problems?.at(-1)?.detail).toBe('4980 more entries cannot be read');
});

async function scan(...layers: (readonly TinyEntry[])[]) {
  const image = tinyImage(layers);
  const { inventory } = await scanImage(image);
  return {
    ...inventory,
    layerOf: (name: string) => {
      const location = inventory.components.find((component) => component.name === name)?.locations[0];
      return image.layers.findIndex(({ digest }) => digest === location?.layer);
    },
  };
}
const status = (text: string, path = 'var/lib/dpkg/status') => file(path, text);

test('a package belongs to the first layer that lists it in this version', async () => {
  const { layerOf, components } = await scan(
    [status('Package: a\nVersion: 1\n\nPackage: b\nVersion: 1\n\nPackage: c\nVersion: 1\n')],
    [status('Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n\nPackage: c\nVersion: 1\n')],
    [status('Package: a\nVersion: 1\n\nPackage: b\nVersion: 2\n\nPackage: d\nVersion: 1\n')],
  );
  expect(components.map(({ name }) => name)).toEqual(['a', 'b', 'd']);
  expect(['a', 'b', 'd'].map(layerOf)).toEqual([0, 1, 2]);
});

test('entries of status.d add up over layers; what stands beside them is no entry', async () => {
  const { components, gaps } = await scan(
    [status('Package: a\nVersion: 1\n', 'var/lib/dpkg/status.d/a'), file('var/lib/dpkg/status.d/a.md5sums', 'x')],
    [
      status('Package: libgtk-3.0\nVersion: 1\n', 'var/lib/dpkg/status.d/libgtk-3.0'),
      file('var/lib/dpkg/status.d/a.postinst'),
    ],
  );
  expect(components.map(({ name }) => name)).toEqual(['a', 'libgtk-3.0']);
  expect(gaps.map(({ code }) => code)).toEqual(['OS_UNKNOWN']);
});

test('a broken database is a gap with its line, in an inventory of what is left', async () => {
  const { components, gaps } = await scan([status('Package: a\nVersion: 1\n\nPackage: b\n')]);
  expect(components).toHaveLength(1);
  expect(gaps).toContainEqual(
    expect.objectContaining({
      code: 'DPKG_STATUS_UNREADABLE',
      path: 'var/lib/dpkg/status',
      detail: 'line 4: package b has no version',
    }),
  );
});

test('a fault in a database that a higher layer replaced is no gap', async () => {
  const { gaps } = await scan([status('Package: b\n')], [status('Package: b\nVersion: 1\n')]);
  expect(gaps.map(({ code }) => code)).toEqual(['OS_UNKNOWN']);
});

test('the component carries source, architecture, supplier, state and a purl of its distribution', async () => {
  const text =
    'Package: libssl3\nStatus: install ok unpacked\nSource: openssl\nArchitecture: arm64\nVersion: 1\nMaintainer: M\n';
  const { components } = await scan([status(text), file('etc/os-release', 'ID=ubuntu\nVERSION_ID=22.04\n')]);
  expect(components).toMatchObject([
    {
      purl: 'pkg:deb/ubuntu/libssl3@1?arch=arm64&distro=ubuntu-22.04&upstream=openssl',
      source: { name: 'openssl', version: '1' },
      architecture: 'arm64',
      supplier: 'M',
      properties: { dpkgState: 'unpacked' },
      evidence: { analyzer: 'dpkg', grade: 'exact' },
    },
  ]);
});

test('dependencies go to what is installed: the first alternative, a real package before a provider, the own architecture', async () => {
  const entry = (name: string, more = '', architecture = 'amd64') =>
    `Package: ${name}\nVersion: 1\nArchitecture: ${architecture}\n${more}`;
  const { relations } = await scan([
    status(
      [
        entry('app', 'Depends: gone | mta, libc, awk, app\n'),
        entry('exim', 'Provides: mta\n'),
        entry('libc', '', 'i386'),
        entry('libc'),
        entry('mawk', 'Provides: awk\n'),
        entry('awk'),
      ].join('\n'),
    ),
  ]);
  expect(relations.map(({ from, to }) => `${from.split('/')[2]?.split('@')[0]} ${to.split('/')[2]}`)).toEqual([
    'app awk@1?arch=amd64&distro=debian',
    'app exim@1?arch=amd64&distro=debian',
    'app libc@1?arch=amd64&distro=debian',
  ]);
});
