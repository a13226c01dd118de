import { canonicalBytes, digestOf } from '@stella-ops/engine-kernel';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeIndex } from '../describe-index.ts';
import { affects, bytesOf, indexOf, osv, sourceOf, temporaryFolder } from '../testing/records.ts';
import { bytesAsSource } from './byte-source.ts';
import { decodeMeta, decodePreamble, encodePreamble, PREAMBLE_BYTES } from './layout.ts';
import { openIndex, openIndexOfAnyOrder } from './open-index.ts';
import type { BrokenRecord } from './record-collector.ts';
import { writeIndex } from './write-index.ts';

const RECORDS = Array.from({ length: 300 }, (_, i) =>
  osv(
    `OWN-${String(i).padStart(4, '0')}`,
    [
      affects(i % 3 === 0 ? 'PyPI' : 'Own Ecosystem', `package-${i % 40}`, [{ introduced: '1' }, { fixed: `2.${i}` }]),
      affects('Go', `example.org/${i}`, [{ introduced: '0' }, { last_affected: `1.${i}.0` }]),
    ],
    {
      aliases: [`CVE-2026-${i}`],
      severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }],
    },
  ),
);

/** The index as another release would have written it: every checksum right. */
function withOtherOrders(index: Buffer): Buffer {
  const fileBytes = index.length;
  const preamble = decodePreamble(index.subarray(0, PREAMBLE_BYTES), fileBytes);
  const meta = decodeMeta(index.subarray(preamble.metaOffset), preamble);
  const bytes = canonicalBytes({ ...meta, orders: digestOf('otherwise') });
  const changed = Buffer.concat([index.subarray(0, preamble.metaOffset), bytes]);
  changed.set(encodePreamble({ ...preamble, metaDigest: digestOf(bytes) }));
  return changed;
}

async function bytesOfIndex(records: Iterable<unknown>): Promise<Buffer> {
  const out = join(temporaryFolder(), 'own.idx');
  await writeIndex(sourceOf(records), { out });
  return readFileSync(out);
}

describe('what is written', () => {
  test('the same records give the same bytes, whatever their order and however often they come', async () => {
    const first = await bytesOfIndex(RECORDS);
    expect(await bytesOfIndex(RECORDS.toReversed())).toEqual(first);
    expect(await bytesOfIndex([...RECORDS, ...RECORDS.slice(50, 90)])).toEqual(first);
  });

  test('every record comes back byte for byte, by its id', async () => {
    const index = await indexOf(RECORDS);
    index.verify();
    for (const record of RECORDS) {
      const stored = index.record(record.id);
      expect(stored === undefined ? undefined : index.raw(stored)).toEqual(bytesOf(record));
      expect(stored?.digest).toBe(digestOf(bytesOf(record)));
    }
    expect(index.record('OWN-9999')).toBeUndefined();
    expect(index.record('')).toBeUndefined();
  });

  test('a package has its records, and a package that no record names has none', async () => {
    const index = await indexOf(RECORDS);
    const ids = index.lookup('PyPI', 'package-3')?.entries.map(({ record }) => index.meta(record).id);
    expect(ids).toEqual(['OWN-0003', 'OWN-0123', 'OWN-0243']);
    expect(index.lookup('PyPI', 'package-41')).toBeUndefined();
    expect(index.lookup('', '')).toBeUndefined();
    expect(index.lookup('zzz', 'zzz')).toBeUndefined();
    expect(index.lookup('__proto__', 'constructor')).toBeUndefined();
  });

  test('the description counts records, packages and ecosystems with and without comparator', async () => {
    const index = await indexOf([
      ...RECORDS,
      { id: 'GONE', withdrawn: '2026-05-05T00:00:00Z', modified: '2026-05-05T00:00:00Z' },
    ]);
    expect(describeIndex(index)).toMatchObject({
      records: 301,
      withdrawn: 1,
      packages: 380,
      newestModified: '2026-05-05T00:00:00.000Z',
      ecosystems: [
        { ecosystem: 'Go', records: 300, packages: 300, comparator: 'go' },
        { ecosystem: 'Own Ecosystem', records: 200, packages: 40 },
        { ecosystem: 'PyPI', records: 100, packages: 40, comparator: 'pep440' },
      ],
    });
    expect(index.info.ecosystems[1]).not.toHaveProperty('comparator');
  });

  test('the snapshot is known by its records, not by what they are packed in', async () => {
    const index = await indexOf([{ id: 'B' }, { id: 'A' }]);
    const digests = [digestOf('{"id":"A"}'), digestOf('{"id":"B"}')].sort();
    expect(index.snapshot).toBe(digestOf(digests.join('\n')));
  });
});

describe('several records of one id', () => {
  const older = osv('A', [], { modified: '2026-01-01T00:00:00Z' });
  const newer = osv('A', [affects('PyPI', 'a', [{ introduced: '0' }])], { modified: '2026-01-02T00:00:00Z' });

  test.each([
    ['first', [newer, older]],
    ['last', [older, newer]],
  ])('the newest counts when it comes %s', async (_, records) => {
    const index = await indexOf(records);
    expect(index.stats).toMatchObject({ records: 1, superseded: 1 });
    expect(index.record('A')?.digest).toBe(digestOf(bytesOf(newer)));
    expect(index.lookup('PyPI', 'a')?.entries).toHaveLength(1);
  });

  test('of equally new ones that with the lowest digest counts', async () => {
    const twins = ['x', 'y', 'z'].map((summary) => osv('A', [], { summary }));
    const lowest = twins.map((twin) => digestOf(bytesOf(twin))).sort()[0];
    expect((await indexOf(twins)).record('A')?.digest).toBe(lowest);
    expect((await indexOf(twins.toReversed())).record('A')?.digest).toBe(lowest);
  });
});

describe('broken records', () => {
  const records = [{ id: 'A' }, { id: 7 }, { id: 'B' }];

  test('are reported with file and line, counted and left out', async () => {
    const broken: BrokenRecord[] = [];
    const out = join(temporaryFolder(), 'own.idx');
    const stats = await writeIndex(sourceOf(records), { out, onBroken: (one) => broken.push(one) });
    expect(stats).toMatchObject({ records: 2, broken: 1 });
    expect(broken).toEqual([
      { file: 'own.jsonl', line: 2, violations: [{ pointer: '/id', message: 'expected a string' }] },
    ]);
  });

  test.each([
    ['strict mode meets one', records, true, 'RECORD_INVALID'],
    ['nothing is readable', [{ id: 7 }], false, 'NOTHING_READABLE'],
    ['there is nothing', [], false, 'NOTHING_READABLE'],
  ])('end the build when %s; nothing is left behind and an older index stays', async (_, some, strict, code) => {
    const folder = temporaryFolder();
    const out = join(folder, 'own.idx');
    writeFileSync(out, 'older');
    await expect(writeIndex(sourceOf(some), { out, strict })).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual(['own.idx']);
    expect(readFileSync(out, 'utf8')).toBe('older');
  });

  test('name their place in strict mode', async () => {
    const out = join(temporaryFolder(), 'own.idx');
    await expect(writeIndex(sourceOf(records), { out, strict: true })).rejects.toMatchObject({
      place: { file: 'own.jsonl', line: 2, pointer: '/id' },
    });
  });
});

test('an output folder that is not there is an error of its own', async () => {
  const out = join(temporaryFolder(), 'missing', 'own.idx');
  await expect(writeIndex(sourceOf([{ id: 'A' }]), { out })).rejects.toMatchObject({ code: 'INDEX_NOT_WRITTEN' });
  expect(existsSync(out)).toBe(false);
});

describe('files that are no whole index of this format', () => {
  const open = (bytes: Buffer) => () => openIndex(bytesAsSource(bytes));

  test('are told apart: foreign, newer, cut short, changed', async () => {
    const bytes = await bytesOfIndex(RECORDS);
    expect(open(Buffer.alloc(0))).toThrow(expect.objectContaining({ code: 'INDEX_FOREIGN' }));
    expect(open(Buffer.from('{"id": "A"}'))).toThrow(expect.objectContaining({ code: 'INDEX_FOREIGN' }));
    expect(open(bytes.subarray(0, 60))).toThrow(expect.objectContaining({ code: 'INDEX_DAMAGED' }));
    expect(open(bytes.subarray(0, -1))).toThrow(expect.objectContaining({ code: 'INDEX_DAMAGED' }));
    expect(open(Buffer.concat([bytes, Buffer.from('x')]))).toThrow(expect.objectContaining({ code: 'INDEX_DAMAGED' }));
    const newer = Buffer.from(bytes);
    newer.writeUInt32LE(2, 8);
    expect(open(newer)).toThrow(expect.objectContaining({ code: 'INDEX_NEWER' }));
  });

  test('a missing file and a folder are named', () => {
    const folder = temporaryFolder();
    expect(() => openIndex(join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'INDEX_NOT_FOUND' }));
    expect(() => openIndex(folder)).toThrow(expect.objectContaining({ code: 'INDEX_FOREIGN' }));
  });

  test('an index whose versions were ordered otherwise gives its records and no answers', async () => {
    const bytes = await bytesOfIndex(RECORDS);
    const outdated = withOtherOrders(bytes);
    expect(open(outdated)).toThrow(expect.objectContaining({ code: 'INDEX_OUTDATED' }));
    expect([...openIndexOfAnyOrder(bytesAsSource(outdated)).records()]).toHaveLength(RECORDS.length);
  });

  test.each(['postings', 'keys', 'records', 'cold'] as const)(
    'a changed byte in section "%s" never becomes an answer',
    async (name) => {
      const bytes = Buffer.from(await bytesOfIndex(RECORDS));
      const { offset, length } = openIndex(bytesAsSource(bytes)).info.sections[name];
      for (let at = offset; at < offset + length; at++) bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at);
      const index = openIndex(bytesAsSource(bytes));
      const ask = () => {
        for (const { record } of index.lookup('PyPI', 'package-3')?.entries ?? []) index.raw(index.meta(record));
      };
      expect(ask).toThrow(expect.objectContaining({ code: 'INDEX_DAMAGED' }));
    },
  );

  test('verify finds a change that no look-up would meet', async () => {
    const bytes = Buffer.from(await bytesOfIndex(RECORDS));
    const index = openIndex(bytesAsSource(bytes));
    index.verify();
    bytes.writeUInt8(bytes.readUInt8(200) ^ 1, 200);
    expect(() => index.verify()).toThrow(expect.objectContaining({ code: 'INDEX_DAMAGED' }));
  });
});
