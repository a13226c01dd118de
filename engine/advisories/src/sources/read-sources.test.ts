import fc from 'fast-check';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { writeIndex } from '../index-file/write-index.ts';
import { bytesOf, osv, sourceOf, temporaryFolder } from '../testing/records.ts';
import { jsonRecords } from './json-records.ts';
import { readAdvisorySources } from './read-sources.ts';
import { zipOf } from '../testing/zip.ts';

const A = '{"id":"A"}';
const B = '{"id":"B"}';

async function read(...paths: string[]): Promise<{ text: string; file: string; line?: number }[]> {
  const records = [];
  for await (const { raw, ...rest } of readAdvisorySources(paths)) {
    records.push({ text: Buffer.from(raw).toString('utf8'), ...rest });
  }
  return records;
}

function file(name: string, content: string | Buffer): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe('kinds of sources', () => {
  test.each([
    ['a.jsonl', Buffer.from(`${A}\n\n${B}`)],
    ['a.jsonl', Buffer.from(`${A}\r\n\r\n${B}\r\n`)],
    ['a.jsonl.gz', gzipSync(`${A}\n\n${B}\n`)],
    ['a.jsonl.zst', zstdCompressSync(`${A}\n\n${B}\n`)],
    ['a.jsonl.zst', Buffer.concat([zstdCompressSync(`${A}\n\n`), zstdCompressSync(`${B}\n`)])],
    ['a.json', Buffer.from(` [ ${A},\n\n${B} ] `)],
  ])('%s: each record has its own bytes and its line', async (name, content) => {
    const path = file(name, content);
    expect(await read(path)).toEqual([
      { text: A, file: path, line: 1 },
      { text: B, file: path, line: 3 },
    ]);
  });

  test('lines longer than what is read at once stay whole', async () => {
    const lines = ['A', 'B', 'C'].map((id) => JSON.stringify({ id, details: id.repeat(700_000) }));
    const records = await read(file('a.jsonl.zst', zstdCompressSync(lines.join('\n'))));
    expect(records.map(({ text }) => text)).toEqual(lines);
  });

  test('a JSON file with one record is that record, every byte of it', async () => {
    const path = file('a.json', ` {"id":\n "A"} \n`);
    expect(await read(path)).toEqual([{ text: ` {"id":\n "A"} \n`, file: path }]);
  });

  test('the .json members of a zip file are records', async () => {
    const path = file('a.zip', zipOf({ 'x/A.json': A, 'README.md': 'no', 'list.json': `[${B}]` }));
    expect(await read(path)).toEqual([
      { text: A, file: `${path}/x/A.json` },
      { text: B, file: `${path}/list.json`, line: 1 },
    ]);
  });

  test('a folder is read in order and through; links, dot names and other files are passed over', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'b', 'c'), { recursive: true });
    mkdirSync(join(folder, '.git'));
    writeFileSync(join(folder, 'b', 'c', 'B.json'), B);
    writeFileSync(join(folder, 'A.json'), A);
    writeFileSync(join(folder, '.git', 'C.json'), '{}');
    writeFileSync(join(folder, 'notes.txt'), 'x');
    symlinkSync(folder, join(folder, 'again'));
    expect((await read(folder)).map(({ text }) => text)).toEqual([A, B]);
  });

  test('an index is a source of the records that it holds', async () => {
    const out = join(temporaryFolder(), 'own.idx');
    const records = ['A', 'B', 'C'].map((id) => osv(id, []));
    await writeIndex(sourceOf(records), { out });
    expect((await read(out)).map(({ text }) => text).sort()).toEqual(records.map((one) => bytesOf(one).toString()));
  });
});

describe('sources that cannot be read to their end', () => {
  const zip = zipOf({ 'A.json': A.repeat(100) });
  const flipped = Buffer.from(zip);
  flipped.writeUInt8(flipped.readUInt8(60) ^ 0xff, 60);
  const lied = Buffer.from(zip);
  // Uncompressed size in the central directory: a bomb says that it is small.
  lied.writeUInt32LE(10, lied.indexOf('PK\u0001\u0002', 'latin1') + 24);

  const other = Buffer.from(zip);
  const crcAt = other.indexOf('PK\u0001\u0002', 'latin1') + 16;
  other.writeUInt8(other.readUInt8(crcAt) ^ 1, crcAt);

  test.each([
    ['a zip member that does not have its checksum', 'a.zip', other, 'SOURCE_UNREADABLE'],
    ['a zip file cut short', 'a.zip', zip.subarray(0, -10), 'SOURCE_UNREADABLE'],
    ['a zip file that is none', 'a.zip', Buffer.from('hello'), 'SOURCE_UNREADABLE'],
    ['a damaged zip member', 'a.zip', flipped, 'SOURCE_UNREADABLE'],
    ['a zip member larger than it says', 'a.zip', lied, 'SOURCE_UNREADABLE'],
    ['a list that does not end', 'a.json', Buffer.from(`[${A},`), 'SOURCE_UNREADABLE'],
    ['a list with something behind it', 'a.json', Buffer.from(`[${A}] x`), 'SOURCE_UNREADABLE'],
    ['zstd cut short', 'a.jsonl.zst', zstdCompressSync(A.repeat(1_000)).subarray(0, -3), 'COMPRESSION_TRUNCATED'],
    ['gzip cut short', 'a.jsonl.gz', gzipSync(A.repeat(1_000)).subarray(0, -3), 'COMPRESSION_TRUNCATED'],
    ['an endless line', 'a.jsonl.zst', zstdCompressSync(Buffer.alloc(20_000_000, 'x')), 'SOURCE_TOO_LARGE'],
    ['a kind that is not known', 'a.csv', Buffer.from('id'), 'NOTHING_READABLE'],
  ])('%s', async (_, name, content, code) => {
    await expect(read(file(name, content))).rejects.toMatchObject({
      code,
      place: { file: expect.anything() as string },
    });
  });

  test('a missing source is named', async () => {
    await expect(read(join(temporaryFolder(), 'none.json'))).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  });

  test('a zip member beyond its limit is refused by what it says, before it is unpacked', async () => {
    const large = Buffer.from(zip);
    large.writeUInt32LE(0xf0000000, large.indexOf('PK\u0001\u0002', 'latin1') + 24);
    await expect(read(file('a.zip', large))).rejects.toMatchObject({ code: 'SOURCE_TOO_LARGE' });
  });
});

test('a list is cut exactly where its members end, whatever is in them', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue(), { maxLength: 8 }), fc.constantFrom(undefined, 1), (values, indent) => {
      const records = [...jsonRecords(Buffer.from(JSON.stringify(values, null, indent)), 'x')];
      expect(records.map(({ raw }) => JSON.parse(Buffer.from(raw).toString('utf8')) as unknown)).toEqual(
        values.map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      );
    }),
    { numRuns: 500 },
  );
});
