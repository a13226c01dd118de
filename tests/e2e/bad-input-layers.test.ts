import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import {
  gzipBomb,
  paxBody,
  repeatedGzip,
  tarHeader,
  tarOf,
  type TarPiece,
  writeLayout,
  zstdBomb,
} from '@stella-ops/testkit';
import { describe } from 'vitest';
import { type BadInput, put, testBadInput } from './bad-input-case.ts';

const GIB = 1024 ** 3;
const manifestOf = (name: string): string => `srv/node_modules/${name}/package.json`;
const npm = (name: string): TarPiece => ({
  path: manifestOf(name),
  body: JSON.stringify({ name, version: '1.0.0' }),
});

const scan = (...layers: readonly (Uint8Array | readonly TarPiece[])[]): BadInput['words'] => {
  return (folder) => {
    const bytes = layers.map((layer) => ({ bytes: layer instanceof Uint8Array ? layer : tarOf(layer) }));
    writeLayout(join(folder, 'image'), { layers: bytes });
    return ['scan', 'oci-dir:image', '--format', 'json'];
  };
};
const AT_LAYER = /^ {2}at sha256:[0-9a-f]{64}/m;
const component = (name: string): RegExp => new RegExp(`"name":"${name}"`);
const gap = (code: string, path: string, detail: RegExp = /.*/): RegExp =>
  new RegExp(`"code":"${code}","detail":"${detail.source}[^}]*"path":"${path.replaceAll('.', '\\.')}"`);

describe('a layer that cannot be read is an error that names the layer', () => {
  // Four thousand different names, again and again: three million members in a few megabytes.
  const headers = Array.from({ length: 4096 }, (_, at) =>
    tarHeader({ path: `d${at % 7}/${at}-${(at * at).toString(36)}` }),
  );
  const whole = gzipSync(tarOf([npm('a')]));
  const endlessHead = tarHeader({ path: 'zeros', size: 8 * GIB - 1 });
  testBadInput([
    {
      title: 'gzip of 5 GiB of zeros in a file',
      words: (folder) => scan(gzipBomb(endlessHead, 5 * GIB))(folder),
      exit: 2,
      code: 'COMPRESSION_RATIO',
      says: [AT_LAYER],
    },
    {
      title: 'gzip of 5 GiB of zeros behind the end of the archive',
      words: (folder) => scan(gzipBomb(Buffer.alloc(1024), 5 * GIB))(folder),
      exit: 2,
      code: 'COMPRESSION_RATIO',
      says: [AT_LAYER],
    },
    {
      title: 'zstd of 5 GiB of zeros',
      words: (folder) => scan(zstdBomb(endlessHead, 5 * GIB))(folder),
      exit: 2,
      code: 'COMPRESSION_RATIO',
      says: [AT_LAYER],
    },
    {
      title: 'three million members',
      words: (folder) => scan(repeatedGzip(Buffer.alloc(0), Buffer.concat(headers), 740))(folder),
      exit: 2,
      code: 'TAR_TOO_MANY_ENTRIES',
      says: [AT_LAYER],
    },
    {
      title: 'gzip cut short',
      words: scan(whole.subarray(0, -20)),
      exit: 2,
      code: 'COMPRESSION_TRUNCATED',
      says: [AT_LAYER],
    },
    {
      title: 'zstd cut short',
      words: scan(zstdCompressSync(tarOf([npm('a')])).subarray(0, -8)),
      exit: 2,
      code: 'COMPRESSION_TRUNCATED',
      says: [AT_LAYER],
    },
    {
      title: 'gzip with a flipped bit',
      words: scan(Buffer.from(whole).fill(0x55, 40, 44)),
      exit: 2,
      says: [/error (?:COMPRESSION|TAR)_\w+: /, AT_LAYER],
    },
    {
      title: 'a tar cut short',
      words: scan(tarOf([npm('a')]).subarray(0, 530)),
      exit: 2,
      code: 'TAR_TRUNCATED',
      says: [/@530$/m],
    },
    {
      title: 'no tar at all',
      words: scan(Buffer.from('hello world '.repeat(100))),
      exit: 2,
      code: 'TAR_HEADER_INVALID',
      says: [AT_LAYER],
    },
    {
      title: 'a header whose checksum is wrong',
      words: scan([npm('a'), { ...npm('b'), checksumError: 1 }]),
      exit: 2,
      code: 'TAR_HEADER_INVALID',
      says: [/@1024$/m],
    },
    {
      title: 'a negative size',
      words: scan([{ ...npm('a'), size: Buffer.alloc(12, 0xff) }]),
      exit: 2,
      code: 'TAR_HEADER_INVALID',
      says: ['negative', /@0$/m],
    },
    {
      title: 'a size beyond all numbers',
      words: scan([{ ...npm('a'), size: Buffer.concat([Buffer.from([0x80]), Buffer.alloc(11, 0xff)]) }]),
      exit: 2,
      code: 'TAR_HEADER_INVALID',
      says: [/@0$/m],
    },
    {
      title: 'a size of eight gigabytes that are not there',
      words: scan([{ ...npm('a'), size: 8 * GIB - 1 }]),
      exit: 2,
      code: 'TAR_TRUNCATED',
      says: [AT_LAYER],
    },
    {
      title: 'an extended header of 30 MB',
      words: scan([{ path: 'x', type: 'x', body: paxBody([['path', 'x'.repeat(30 << 20)]]) }, npm('a')]),
      exit: 2,
      code: 'TAR_PAX_TOO_LARGE',
      says: [AT_LAYER],
    },
    {
      title: 'an extended header whose records do not add up',
      words: scan([{ path: 'x', type: 'x', body: '999999999 path=x\n' }, npm('a')]),
      exit: 2,
      code: 'TAR_PAX_INVALID',
      says: [AT_LAYER],
    },
    {
      title: 'an extended header that says of its member that it is larger than the archive',
      words: scan([{ path: 'x', type: 'x', body: paxBody([['size', '9999999999999']]) }, npm('a')]),
      exit: 2,
      says: [/error TAR_\w+: /, AT_LAYER],
    },
  ]);
});

describe('a member that is out of place is a gap or is taken as an engine takes it; nothing is written anywhere', () => {
  testBadInput([
    {
      title: 'an absolute path lies inside the image',
      words: scan([
        { path: '/etc/stella-evil', body: 'x' },
        { ...npm('a'), path: `/${manifestOf('a')}` },
      ]),
      exit: 0,
      shows: [component('a'), /"path":"srv\/node_modules\/a\/package\.json"/],
    },
    {
      title: 'a path that leads out ends at the root of the image, and is told',
      words: scan([{ path: '../../canary/file', body: 'x' }, { ...npm('b'), path: `../${manifestOf('b')}` }, npm('a')]),
      exit: 0,
      shows: [
        component('a'),
        /"path":"srv\/node_modules\/b\/package\.json"/,
        /"code":"TAR_PATH_ESCAPES","detail":"2 members/,
      ],
    },
    {
      title: 'a symbolic link that leads out ends at the root of the image, not at that of this machine',
      words: scan([
        { path: 'etc/passwd-in-image', body: 'x' },
        { path: 'var/lib/dpkg/status', type: '2', link: '../../../../../../etc/passwd' },
      ]),
      exit: 0,
      shows: [gap('FILE_UNREADABLE', 'var/lib/dpkg/status', /a link that leads nowhere/)],
    },
    {
      title: 'an absolute symbolic link is followed inside the image',
      words: scan([
        { path: manifestOf('a'), type: '2', link: '/opt/a.json' },
        { path: 'opt/a.json', body: JSON.stringify({ name: 'a', version: '3.0.0' }) },
      ]),
      exit: 0,
      shows: [/"version":"3\.0\.0"/],
    },
    {
      title: 'hard links that lead out are left out',
      words: scan([
        { path: manifestOf('b'), type: '1', link: '../../etc/passwd' },
        { path: manifestOf('c'), type: '1', link: '/etc/passwd' },
      ]),
      exit: 0,
      shows: [gap('FILE_UNREADABLE', manifestOf('b')), gap('FILE_UNREADABLE', manifestOf('c')), /"components":\[\]/],
    },
    {
      title: 'links in a circle lead nowhere',
      words: scan([
        { path: 'var/lib/dpkg/status', type: '2', link: '/a' },
        { path: 'a', type: '2', link: 'b' },
        { path: 'b', type: '2', link: 'a' },
        { path: 'srv/self', type: '2', link: 'self/self' },
      ]),
      exit: 0,
      shows: [gap('FILE_UNREADABLE', 'var/lib/dpkg/status')],
    },
    {
      title: 'of two members with one path the last counts',
      words: scan([
        { ...npm('a'), body: JSON.stringify({ name: 'a', version: '1.0.0' }) },
        { ...npm('a'), body: JSON.stringify({ name: 'a', version: '2.0.0' }) },
      ]),
      exit: 0,
      shows: [/"version":"2\.0\.0"/, /^(?!.*"version":"1\.0\.0")/],
    },
    {
      title: 'a path that is a directory and a file is told',
      words: scan([{ path: 'x', type: '5' }, { path: 'x', body: 'y' }, npm('a')]),
      exit: 0,
      shows: [component('a'), '"code":"LAYER_AMBIGUOUS"'],
    },
    {
      title: 'a global header that renames every member is ignored, and told',
      words: scan([{ path: 'g', type: 'g', body: paxBody([['path', 'evil']]) }, npm('a')]),
      exit: 0,
      shows: [component('a'), '"code":"TAR_AMBIGUOUS"'],
    },
    {
      title: 'a member of unknown type is passed over, and told',
      words: scan([{ path: 'x', type: 'Z' }, npm('a')]),
      exit: 0,
      shows: [component('a'), '"code":"TAR_TYPE_UNSUPPORTED"'],
    },
  ]);
});

/** An ELF executable large enough for Go, cut off inside the build information at the start of its one writable segment. */
function cutGoBinary(): Buffer {
  const file = Buffer.alloc(256 * 1024 + 40);
  const dataAt = file.length - 40;
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(56, 54);
  file.writeUInt16LE(1, 56);
  file.writeUInt32LE(1, 64);
  file.writeUInt32LE(6, 68);
  file.writeBigUInt64LE(BigInt(dataAt), 72);
  file.writeBigUInt64LE(1_000_000n, 96);
  file.write('\xff Go buildinf:', dataAt, 'latin1');
  file[dataAt + 15] = 2;
  file.write('\x08go1.', dataAt + 32, 'latin1');
  return file;
}

describe('a package database that is broken is a gap that names it, and what can be read is kept', () => {
  const dpkg = (status: string | Uint8Array): TarPiece[] => [{ path: 'var/lib/dpkg/status', body: status }];
  const stanza = (name: string): string =>
    `Package: ${name}\nStatus: install ok installed\nVersion: 1\nArchitecture: amd64\n`;
  const METADATA = 'usr/lib/python3.11/site-packages/a-1.0.dist-info/METADATA';
  const torn = dpkg(`${stanza('a')}\nPackage b without colon\n\n${stanza('c')}`);
  const atLine = (line: number): RegExp =>
    gap('DPKG_STATUS_UNREADABLE', 'var/lib/dpkg/status', new RegExp(`line ${line}: `));
  const withGaps = (words: BadInput['words']): BadInput['words'] => {
    return async (folder) => [...(await words(folder)), '--fail-on-gaps'];
  };
  testBadInput([
    {
      title: 'a dpkg status with a torn line',
      words: scan(torn),
      exit: 0,
      shows: [component('a'), component('c'), atLine(6)],
    },
    { title: 'the same with --fail-on-gaps', words: withGaps(scan(torn)), exit: 2, shows: [component('a'), atLine(6)] },
    {
      title: 'a dpkg status of noise',
      words: scan(dpkg(Buffer.from([0, 1, 2, 0xff, 0xfe, 10, 13]))),
      exit: 0,
      shows: [atLine(1)],
    },
    {
      title: 'a dpkg status that begins with the rest of a field',
      words: scan(dpkg(` rest\n${stanza('a')}`)),
      exit: 0,
      shows: [component('a'), atLine(1)],
    },
    {
      title: 'a dpkg status that is a directory',
      words: scan([{ path: 'var/lib/dpkg/status', type: '5' }]),
      exit: 0,
      shows: [gap('FILE_UNREADABLE', 'var/lib/dpkg/status')],
    },
    {
      title: 'a dpkg package named like a member of every object',
      words: scan(dpkg(stanza('constructor') + '\n' + stanza('__proto__'))),
      exit: 0,
      shows: [component('constructor')],
    },
    {
      title: 'a package.json with __proto__ has no name by inheritance',
      words: scan([{ path: manifestOf('a'), body: '{"__proto__":{"name":"evil","version":"6.6.6"}}' }, npm('b')]),
      exit: 0,
      shows: [component('b'), /^(?!.*evil)/],
    },
    {
      title: 'a package.json with a byte order mark is read',
      words: scan([{ path: manifestOf('a'), body: '\ufeff{"name":"a","version":"1.0.0"}' }]),
      exit: 0,
      shows: [component('a')],
    },
    {
      title: 'a package.json nested very deep',
      words: scan([{ path: manifestOf('a'), body: `{"name":"a","version":"1.0.0","x":${'['.repeat(100_000)}` }]),
      exit: 0,
      shows: [gap('NPM_MANIFEST_UNREADABLE', manifestOf('a'), /line 1:\d+ nested deeper/)],
    },
    {
      title: 'a package.json of 100 MB',
      words: (folder) =>
        scan(gzipSync(tarOf([{ path: manifestOf('a'), body: Buffer.alloc(100 << 20, 0x20) }, npm('b')]), { level: 0 }))(
          folder,
        ),
      exit: 0,
      shows: [component('b'), gap('FILE_TOO_LARGE', manifestOf('a'))],
    },
    {
      title: 'METADATA of noise',
      words: scan([{ path: METADATA, body: Buffer.from([0xff, 0xfe, 0, 1, 2, 3, 0x80, 10]) }]),
      exit: 0,
      shows: [gap('PYTHON_METADATA_UNREADABLE', METADATA)],
    },
    {
      title: 'a Go executable cut off inside its build information',
      words: scan([{ path: 'usr/bin/app', body: cutGoBinary() }]),
      exit: 0,
      shows: [gap('GO_BUILDINFO_UNREADABLE', 'usr/bin/app')],
    },
  ]);
});

describe('a directory', () => {
  testBadInput([
    {
      title: 'that is not there is not found',
      words: () => ['scan', 'dir:none'],
      exit: 4,
      code: 'OCI_SOURCE_NOT_FOUND',
      says: [/at none/],
    },
    {
      title: 'that is a file is none',
      words: (folder) => ['scan', `dir:${put(folder, 'a', 'x')}`],
      exit: 2,
      code: 'OCI_SOURCE_INVALID',
      says: [/at a$/m],
    },
  ]);
});
