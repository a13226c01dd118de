import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { gzipBomb, stella, temporaryFolder, zipBombMember, zipOf, zstdBomb } from '@stella-ops/testkit';
import { beforeAll, describe } from 'vitest';
import { put, testBadInput } from './bad-input-case.ts';

const index = join(temporaryFolder('bad-advisories'), 'advisories.idx');
const build = (source: string, ...more: string[]): string[] => [
  'advisories',
  'build',
  source,
  '--output',
  'out.idx',
  ...more,
];

const record = (id: string, more: object = {}): string =>
  JSON.stringify({ id, modified: '2026-01-01T00:00:00Z', affected: [], ...more });

beforeAll(async () => {
  const demo = join(import.meta.dirname, '..', '..', 'demo', 'advisories');
  await stella(['advisories', 'build', demo, '--output', index]);
});

describe('OSV records', () => {
  const mixed = `${record('A-1')}\nnope\n{"id":7}\n${record('A-2')}\n`;
  testBadInput([
    {
      title: 'that are broken are named by file and line, and the build goes on',
      words: (folder) => build(put(folder, 'a.jsonl', mixed)),
      exit: 0,
      says: [/left out: \S+a\.jsonl:2: not JSON/, /left out: \S+a\.jsonl:3#\/id: /],
      shows: [/records +2 /, /left out +2 broken/],
      leaves: ['out.idx'],
    },
    {
      title: 'that are broken stop the build with --strict, at the first',
      words: (folder) => build(put(folder, 'a.jsonl', mixed), '--strict'),
      exit: 2,
      code: 'RECORD_INVALID',
      says: [/at \S+a\.jsonl:2\n/],
    },
    {
      title: 'with __proto__ for an id change no prototype',
      words: (folder) =>
        build(
          put(
            folder,
            'a.jsonl',
            `{"__proto__":{"id":"X-1","modified":"2026-01-01T00:00:00Z"}}\n${record('__proto__')}\n`,
          ),
        ),
      exit: 0,
      says: [/left out: \S+a\.jsonl:1: member "id" is missing/],
      shows: [/records +1 /],
      leaves: ['out.idx'],
    },
    {
      title: 'nested very deep are left out',
      words: (folder) =>
        build(
          put(folder, 'a.jsonl', `${record('A-1')}\n{"id":"A-2","x":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`),
        ),
      exit: 0,
      says: [/left out: \S+a\.jsonl:2: nested deeper than/],
      leaves: ['out.idx'],
    },
    {
      title: 'with an id that could steer a terminal or a path are left out, in harmless letters',
      words: (folder) => build(put(folder, 'a\u001b[2J.jsonl', `{"id":7}\n${record('A-1')}\n`)),
      exit: 0,
      says: [/a\?\[2J\.jsonl:1/],
      leaves: ['out.idx'],
    },
    {
      title: 'of which none is there are an error, not an empty index',
      words: (folder) => {
        mkdirSync(join(folder, 'empty'));
        return build('empty');
      },
      exit: 2,
      code: 'NOTHING_READABLE',
    },
    {
      title: 'in a file of unknown kind are an error',
      words: (folder) => build(put(folder, 'a.txt', 'hello')),
      exit: 2,
      code: 'NOTHING_READABLE',
      says: [/at \S+a\.txt/],
    },
    {
      title: 'that are not there are not found',
      words: () => build('none.zip'),
      exit: 4,
      code: 'SOURCE_NOT_FOUND',
      says: [/at \S+none\.zip/],
    },
    {
      title: 'in a zip whose member says that it unpacks to gigabytes are not unpacked',
      words: (folder) => build(put(folder, 'a.zip', zipOf([zipBombMember('a.json', 4_000_000_000)]))),
      exit: 2,
      code: 'SOURCE_TOO_LARGE',
      says: [/at \S+a\.zip\/a\.json/],
    },
    {
      title: 'in a zip whose member is larger than it says are not unpacked further',
      words: (folder) => {
        const bomb = zipBombMember('a.json', 4_000_000_000);
        return build(put(folder, 'a.zip', zipOf([{ ...bomb, deflated: { sizeBytes: 100 } }])));
      },
      exit: 2,
      code: 'SOURCE_UNREADABLE',
      says: [/at \S+a\.zip/],
    },
    {
      title: 'in a zip with a name that leads out of it are refused',
      words: (folder) =>
        build(put(folder, 'a.zip', zipOf([{ path: '../../canary/evil.json', body: Buffer.from(record('A-1')) }]))),
      exit: 2,
      code: 'SOURCE_UNREADABLE',
      says: [/at \S+a\.zip/, '../../canary/evil.json'],
    },
    {
      title: 'in a zip that is none are refused',
      words: (folder) => build(put(folder, 'a.zip', 'hello')),
      exit: 2,
      code: 'SOURCE_UNREADABLE',
      says: [/at \S+a\.zip/],
    },
    {
      title: 'in a zstd file that is cut short make no index of the rest',
      words: (folder) => {
        const whole = zstdCompressSync(`${record('A-1')}\n`.repeat(1000));
        return build(put(folder, 'a.jsonl.zst', whole.subarray(0, -10)));
      },
      exit: 2,
      code: 'COMPRESSION_TRUNCATED',
      says: [/at \S+a\.jsonl\.zst@\d+/],
    },
    {
      title: 'in a gzip file that is cut short make no index of the rest',
      words: (folder) => {
        const whole = gzipSync(`${record('A-1')}\n`.repeat(1000));
        return build(put(folder, 'a.jsonl.gz', whole.subarray(0, -10)));
      },
      exit: 2,
      code: 'COMPRESSION_TRUNCATED',
      says: [/at \S+a\.jsonl\.gz@\d+/],
    },
    {
      title: 'in a gzip file that grows without bound are not unpacked further',
      words: (folder) => build(put(folder, 'a.jsonl.gz', gzipBomb(Buffer.from(record('A-1')), 4_500_000_000))),
      exit: 2,
      says: [/error (?:COMPRESSION|SOURCE)_\w+: /, /at \S+a\.jsonl\.gz/],
    },
    {
      title: 'in a zstd file that grows without bound are not unpacked further',
      words: (folder) => build(put(folder, 'a.jsonl.zst', zstdBomb(Buffer.from(record('A-1')), 4_500_000_000))),
      exit: 2,
      says: [/error (?:COMPRESSION|SOURCE)_\w+: /, /at \S+a\.jsonl\.zst/],
    },
    {
      title: 'for an output folder that is not there are not built',
      words: (folder) => ['advisories', 'build', put(folder, 'a.jsonl', record('A-1')), '--output', 'no/such/out.idx'],
      exit: 1,
      code: 'INDEX_NOT_WRITTEN',
      says: [/at \S+no\/such/],
    },
  ]);
});

describe('an advisory index', () => {
  const changed = (change: (bytes: Buffer) => Uint8Array) => (folder: string) => {
    put(folder, 'a.idx', change(readFileSync(index)));
    return ['advisories', 'show', 'a.idx', '--verify'];
  };
  const at = [/at \S+a\.idx/];
  testBadInput([
    { title: 'that is empty is none', words: changed(() => Buffer.alloc(0)), exit: 2, code: 'INDEX_FOREIGN', says: at },
    {
      title: 'that is another file is none',
      words: changed(() => Buffer.from('{"id":"A-1"}'.repeat(100))),
      exit: 2,
      code: 'INDEX_FOREIGN',
      says: at,
    },
    {
      title: 'that is cut short is damaged',
      words: changed((bytes) => bytes.subarray(0, -100)),
      exit: 3,
      code: 'INDEX_DAMAGED',
      says: at,
    },
    {
      title: 'that is cut inside its first bytes is damaged',
      words: changed((bytes) => bytes.subarray(0, 40)),
      exit: 3,
      code: 'INDEX_DAMAGED',
      says: at,
    },
    {
      title: 'with one flipped bit is damaged',
      words: changed((bytes) => {
        const middle = bytes.length >> 1;
        bytes.writeUInt8(bytes.readUInt8(middle) ^ 1, middle);
        return bytes;
      }),
      exit: 3,
      code: 'INDEX_DAMAGED',
      says: at,
    },
    {
      title: 'that is a folder is none',
      words: () => ['advisories', 'coverage', '.'],
      exit: 2,
      code: 'INDEX_FOREIGN',
    },
    {
      title: 'that is not there is not found',
      words: () => ['advisories', 'show', 'none.idx'],
      exit: 4,
      code: 'INDEX_NOT_FOUND',
      says: [/at \S+none\.idx/],
    },
    {
      title: 'without the record asked for says so',
      words: () => ['advisories', 'show', index, '--record', 'constructor'],
      exit: 4,
      code: 'FILE_NOT_FOUND',
      says: ['the index holds no record "constructor"'],
    },
  ]);
});
