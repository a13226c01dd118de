import { AppError, compareText, type Digest, digestFrom, digestOf, newHash } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import type { AdvisoryLookup, EcosystemInfo } from '../lookup/advisory-lookup.ts';
import type { Severity } from '../types.ts';
import { type ByteSource, inChunks, openFile } from './byte-source.ts';
import { ByteCursor, damaged } from './byte-cursor.ts';
import { checkedBlock } from './checked-block.ts';
import { decodeColdDirectory, openColdBlock } from './cold-blocks.ts';
import { decodeKeyDirectory, decodeKeyPage, type KeyDirectory, keyOf, PAGE_BYTES } from './key-pages.ts';
import {
  decodeMeta,
  decodePreamble,
  type Meta,
  ordersDigest,
  PREAMBLE_BYTES,
  SECTIONS,
  type SectionName,
  snapshotDigest,
} from './layout.ts';
import { Lru } from './lru.ts';
import { decodePosting, type Posting } from './posting.ts';
import { decodeRecord, RECORDS_PER_BLOCK, type StoredRecord } from './record-block.ts';
import { decodeSeverities } from './severity-table.ts';

const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_POSTING_BYTES = 64 * 1024 * 1024;

/**
 * An advisory index. Opening reads the preamble, the description and the directory of key pages, and checks them; all
 * else is read when it is asked for, and each part is checked against its checksum then. One look-up reads a key page
 * and a posting, if they are not at hand.
 */
export class AdvisoryIndex implements AdvisoryLookup {
  readonly info: Meta;
  readonly ecosystems: ReadonlyMap<string, EcosystemInfo>;
  readonly #source: ByteSource;
  readonly #keys: KeyDirectory;
  readonly #pages = new Lru<ReturnType<typeof decodeKeyPage>>(512);
  readonly #postings = new Lru<Posting>(4_096);
  readonly #recordBlocks = new Lru<Buffer>(1_024);
  readonly #coldBlocks = new Lru<Buffer>(8);
  #recordOffsets: readonly number[] | undefined;
  #coldDirectory: ReturnType<typeof decodeColdDirectory> | undefined;
  #severities: readonly Severity[] | undefined;

  constructor(source: ByteSource) {
    this.#source = source;
    const preamble = decodePreamble(source.read(0, Math.min(PREAMBLE_BYTES, source.size)), source.size);
    this.info = decodeMeta(source.read(preamble.metaOffset, preamble.metaLength), preamble);
    this.ecosystems = new Map(this.info.ecosystems.map((row) => [row.ecosystem, row]));
    this.#keys = decodeKeyDirectory(this.#checkedSection('keyDirectory'));
    if (this.#keys.firstKeys.length * PAGE_BYTES !== this.info.sections.keys.length) {
      throw damaged('its keys do not fit their directory');
    }
  }

  get totalBytes(): number {
    return this.#source.size;
  }

  /** All that matching can touch: everything but the raw records. */
  get hotBytes(): number {
    const { cold, coldDirectory } = this.info.sections;
    return this.totalBytes - cold.length - coldDirectory.length;
  }

  get snapshot(): Digest {
    return this.info.snapshot;
  }

  /**
   * All that records say of a package.
   *
   * @param ecosystem OSV ecosystem as the records write it, suffix included
   * @param name normalised by `normaliseName`
   * @throws AppError `INDEX_DAMAGED`
   */
  lookup(ecosystem: string, name: string): Posting | undefined {
    const key = keyOf(ecosystem, name);
    const number = this.#pageOf(key);
    if (number < 0) return undefined;
    const pointer = this.#pages.get(number, this.#readPage).get(key);
    if (pointer === undefined) return undefined;
    return this.#postings.get(pointer.offset, () => {
      if (pointer.length > MAX_POSTING_BYTES) throw damaged('a package is too large');
      const bytes = checkedBlock(this.#read('postings', pointer.offset, pointer.length), 'a package');
      const hasKeys = this.ecosystems.get(ecosystem)?.comparator !== undefined;
      return decodePosting(bytes, hasKeys, this.info.records);
    });
  }

  /** Data of a record by its number: records are numbered by id. @throws AppError `INDEX_DAMAGED` */
  meta(record: number): StoredRecord {
    if (record >= this.info.records) throw damaged('a record is missing');
    const block = this.#recordBlocks.get(Math.floor(record / RECORDS_PER_BLOCK), this.#readRecordBlock);
    return decodeRecord(block, record % RECORDS_PER_BLOCK);
  }

  /** Data of the record with an id. */
  record(id: string): StoredRecord | undefined {
    let low = 0;
    let high = this.info.records;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareText(this.meta(middle).id, id) < 0) low = middle + 1;
      else high = middle;
    }
    if (low === this.info.records) return undefined;
    const found = this.meta(low);
    return found.id === id ? found : undefined;
  }

  severity(number: number): Severity {
    this.#severities ??= decodeSeverities(this.#checkedSection('severities'));
    const severity = this.#severities[number];
    if (severity === undefined) throw damaged('a severity is missing');
    return severity;
  }

  /** A record's bytes as they were received. @throws AppError `INDEX_DAMAGED` */
  raw({ digest, raw: { block, offset, length } }: StoredRecord): Buffer {
    const content = this.#coldBlocks.get(block, this.#readColdBlock);
    const raw = content.subarray(offset, offset + length);
    if (digestOf(raw) !== digest) throw damaged('a record does not have its digest');
    return raw;
  }

  /** All records, in the order in which they lie in the file. */
  *records(): Generator<StoredRecord> {
    const order = Array.from({ length: this.info.records }, (_, number) => {
      const { block, offset } = this.meta(number).raw;
      return { number, block, offset };
    });
    order.sort((a, b) => a.block - b.block || a.offset - b.offset);
    for (const { number } of order) yield this.meta(number);
  }

  /**
   * Checks the whole file: the digest of every section, of every record, and the snapshot's.
   *
   * @throws AppError `INDEX_DAMAGED` that names what is wrong
   */
  verify(): void {
    for (const name of SECTIONS) {
      const { offset, length, sha256 } = this.info.sections[name];
      const hash = newHash();
      for (let at = 0; at < length; at += CHUNK_BYTES) {
        hash.update(this.#source.read(offset + at, Math.min(CHUNK_BYTES, length - at)));
      }
      if (digestFrom(hash) !== sha256) throw damaged(`section "${name}" does not have its digest`);
    }
    const digests: Digest[] = [];
    for (const record of this.records()) {
      this.raw(record);
      digests.push(record.digest);
    }
    if (snapshotDigest(digests) !== this.info.snapshot) throw damaged('its records are not those of its snapshot');
  }

  close(): void {
    this.#source.close();
  }

  /** Number of the last page whose first key is not above the key; -1 when there is none. */
  #pageOf(key: string): number {
    const { firstKeys } = this.#keys;
    let low = 0;
    let high = firstKeys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((firstKeys[middle] ?? '') <= key) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  readonly #readPage = (number: number) =>
    decodeKeyPage(this.#read('keys', number * PAGE_BYTES, PAGE_BYTES), this.#keys.bases[number] ?? 0);

  readonly #readRecordBlock = (number: number): Buffer => {
    this.#recordOffsets ??= readOffsets(this.#checkedSection('recordDirectory'));
    const start = this.#recordOffsets[number];
    const end = this.#recordOffsets[number + 1];
    if (start === undefined || end === undefined) throw damaged('a record block is missing');
    return checkedBlock(this.#read('records', start, end - start), 'a record block');
  };

  readonly #readColdBlock = (number: number): Buffer => {
    this.#coldDirectory ??= decodeColdDirectory(this.#checkedSection('coldDirectory'));
    const block = this.#coldDirectory[number];
    if (block === undefined) throw damaged('a block of records is missing');
    return openColdBlock(this.#read('cold', block.offset, block.length), block.contentBytes);
  };

  #checkedSection(name: SectionName): Buffer {
    return checkedBlock(this.#read(name, 0, this.info.sections[name].length), `section "${name}"`);
  }

  #read(name: SectionName, offset: number, length: number): Buffer {
    const section = this.info.sections[name];
    if (offset + length > section.length) throw damaged(`a part lies outside section "${name}"`);
    return this.#source.read(section.offset + offset, length);
  }
}

/** Lengths, as offsets of the beginnings and the end. */
function readOffsets(bytes: Buffer): number[] {
  const cursor = new ByteCursor(bytes);
  const offsets = [0];
  while (!cursor.isAtEnd) offsets.push((offsets.at(-1) ?? 0) + cursor.number());
  return offsets;
}

/**
 * Opens an index file.
 *
 * @param from path, or any source of its bytes
 * @throws AppError `INDEX_NOT_FOUND`, `INDEX_FOREIGN`, `INDEX_NEWER`, `INDEX_OUTDATED`, `INDEX_DAMAGED`
 */
export function openIndex(from: string | ByteSource): AdvisoryIndex {
  const index = openIndexOfAnyOrder(from);
  if (ordersDigest(index.ecosystems.keys()) === index.info.orders) return index;
  index.close();
  throw fail('INDEX_OUTDATED', 'the advisory index was built by a release that orders versions otherwise');
}

/** As {@link openIndex}, for reading records only: these do not depend on how versions are ordered. */
export function openIndexOfAnyOrder(from: string | ByteSource): AdvisoryIndex {
  const source = typeof from === 'string' ? inChunks(openFile(from)) : from;
  try {
    return new AdvisoryIndex(source);
  } catch (error) {
    source.close();
    throw typeof from === 'string' && error instanceof AppError ? error.at({ file: from }) : error;
  }
}
