import {
  decode,
  type Digest,
  digestOf,
  digestOfJson,
  hexOf,
  parseCanonicalJson,
  shape as s,
  type ShapeOf,
  sortedUnique,
} from '@stella-ops/engine-kernel';
import { comparatorFor } from '@stella-ops/engine-versions';
import { crc32 } from 'node:zlib';
import { fail } from '../errors.ts';
import { ecosystemBase } from '../osv/package-name.ts';
import { damaged } from './byte-cursor.ts';
import { sortKeyOf } from './posting.ts';

/*
 * The file: preamble | cold | postings | records | keys | keyDirectory | recordDirectory | coldDirectory | severities | meta
 *
 * cold             zstd blocks of raw records, each with CRC-32; records of one package lie together
 * postings         per package what decides (posting.ts), each with CRC-32, in the order of keys
 * records          blocks of record data (record-block.ts), each with CRC-32, in the order of ids
 * keys             4 KiB pages of `ecosystem\0name` (key-pages.ts)
 * …Directory       where pages and blocks begin, each with CRC-32
 * severities       the distinct severities, with CRC-32
 * meta             canonical JSON; its sha256 is in the preamble, the sha256 of every section is in it
 *
 * Preamble, little-endian: magic 8, format u32, meta length u32, file size u64, meta offset u64, sha256 of meta 32,
 * zeros, CRC-32 of the bytes before it. Magic and format keep their place in every format to come.
 */
export const PREAMBLE_BYTES = 128;
export const FORMAT = 1;
const MAGIC = Buffer.from('\x89ADVIDX\n', 'latin1');
const CRC_AT = PREAMBLE_BYTES - 4;
const MAX_META_BYTES = 64 * 1024 * 1024;

const Section = s.object({
  offset: s.integer({ min: PREAMBLE_BYTES }),
  length: s.integer({ min: 0 }),
  sha256: s.digest,
});

export const SECTIONS = [
  'cold',
  'postings',
  'records',
  'keys',
  'keyDirectory',
  'recordDirectory',
  'coldDirectory',
  'severities',
] as const;
export type SectionName = (typeof SECTIONS)[number];

const Meta = s.object({
  format: s.literal('stella.advisory-index/v1'),
  snapshot: s.digest,
  orders: s.digest,
  records: s.integer({ min: 0 }),
  withdrawn: s.integer({ min: 0 }),
  newestModified: s.optional(s.string()),
  ecosystems: s.array(
    s.object({
      ecosystem: s.string(),
      records: s.integer({ min: 0 }),
      packages: s.integer({ min: 0 }),
      comparator: s.optional(s.string()),
    }),
  ),
  sections: s.object({
    cold: Section,
    postings: Section,
    records: Section,
    keys: Section,
    keyDirectory: Section,
    recordDirectory: Section,
    coldDirectory: Section,
    severities: Section,
  }),
});
export type Meta = ShapeOf<typeof Meta>;
export type Section = ShapeOf<typeof Section>;

export interface Preamble {
  readonly fileBytes: number;
  readonly metaOffset: number;
  readonly metaLength: number;
  readonly metaDigest: Digest;
}

export function encodePreamble(preamble: Preamble): Buffer {
  const bytes = Buffer.alloc(PREAMBLE_BYTES);
  bytes.set(MAGIC);
  bytes.writeUInt32LE(FORMAT, 8);
  bytes.writeUInt32LE(preamble.metaLength, 12);
  bytes.writeBigUInt64LE(BigInt(preamble.fileBytes), 16);
  bytes.writeBigUInt64LE(BigInt(preamble.metaOffset), 24);
  bytes.write(hexOf(preamble.metaDigest), 32, 'hex');
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT);
  return bytes;
}

/** Whether a file begins like an index of any format. */
export function hasIndexMagic(head: Uint8Array): boolean {
  return MAGIC.equals(head.subarray(0, MAGIC.length));
}

/** @throws AppError `INDEX_FOREIGN`, `INDEX_NEWER`, `INDEX_DAMAGED` */
export function decodePreamble(bytes: Buffer, fileBytes: number): Preamble {
  if (!hasIndexMagic(bytes)) throw fail('INDEX_FOREIGN', 'the file is not an advisory index');
  if (bytes.length < PREAMBLE_BYTES) throw damaged('it ends within its preamble');
  const format = bytes.readUInt32LE(8);
  if (format !== FORMAT) {
    throw fail('INDEX_NEWER', `the advisory index has format ${format}, and this release reads format ${FORMAT}`);
  }
  if (crc32(bytes.subarray(0, CRC_AT)) !== bytes.readUInt32LE(CRC_AT))
    throw damaged('its preamble does not have its checksum');
  const preamble: Preamble = {
    metaLength: bytes.readUInt32LE(12),
    fileBytes: Number(bytes.readBigUInt64LE(16)),
    metaOffset: Number(bytes.readBigUInt64LE(24)),
    metaDigest: `sha256:${bytes.toString('hex', 32, 64)}`,
  };
  if (preamble.fileBytes !== fileBytes) {
    throw damaged(`it should have ${preamble.fileBytes} bytes and has ${fileBytes}`);
  }
  if (preamble.metaOffset + preamble.metaLength > fileBytes || preamble.metaLength > MAX_META_BYTES) {
    throw damaged('its description lies outside the file');
  }
  return preamble;
}

/** @throws AppError `INDEX_DAMAGED` */
export function decodeMeta(bytes: Buffer, preamble: Preamble): Meta {
  if (digestOf(bytes) !== preamble.metaDigest) throw damaged('its description does not have its digest');
  const decoded = decode(Meta, parseCanonicalJson(bytes, 'advisory index'));
  if (!decoded.ok) throw damaged(`its description is wrong at ${decoded.violations[0]?.pointer}`);
  for (const { offset, length } of Object.values(decoded.value.sections)) {
    if (offset + length > preamble.metaOffset) throw damaged('a section lies outside the file');
  }
  return decoded.value;
}

const PROBES = ['', '0', '1.2.3', 'v1.10.0-rc.1+x', '2.0.dev1', '1.0.post3', '1:2.0-1ubuntu2', '1.0~rc1', 'x'];

/**
 * Stands for how the comparators of these ecosystems order. An index holds sort keys; if a release orders otherwise, or
 * orders an ecosystem that none could order before, its answers would differ from those out of the raw records.
 */
export function ordersDigest(ecosystems: Iterable<string>): Digest {
  const bases = sortedUnique([...ecosystems].map((ecosystem) => ecosystemBase(ecosystem)));
  return digestOfJson(
    bases.map((base) => {
      const comparator = comparatorFor(base);
      return comparator === undefined
        ? [base]
        : [
            base,
            comparator.id,
            ...PROBES.map((probe) => Buffer.from(sortKeyOf(probe, comparator), 'latin1').toString('hex')),
          ];
    }),
  );
}

/** Identity of a snapshot: the digests of its records, whatever they were packed in. */
export function snapshotDigest(digests: Iterable<Digest>): Digest {
  return digestOf([...digests].sort().join('\n'));
}
