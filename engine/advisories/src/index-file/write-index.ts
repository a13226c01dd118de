import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import { comparatorFor } from '@stella-ops/engine-versions';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../errors.ts';
import { ByteWriter } from './byte-writer.ts';
import { withCheck } from './checked-block.ts';
import { ColdWriter } from './cold-blocks.ts';
import { encodeKeyPages } from './key-pages.ts';
import { type Meta, ordersDigest, snapshotDigest } from './layout.ts';
import { ecosystemRows, packageRows } from './package-rows.ts';
import { encodePosting } from './posting.ts';
import { type ColdPointer, encodeRecordBlock, RECORDS_PER_BLOCK, type StoredRecord } from './record-block.ts';
import { type BrokenRecord, type Collected, RecordCollector, type SourceRecord } from './record-collector.ts';
import { SectionWriter } from './section-writer.ts';
import { encodeSeverities, numberSeverities } from './severity-table.ts';
import { SpillFile } from './spill-file.ts';

export interface WriteOptions {
  /** Where the index goes. It appears there whole or not at all; a file already there is replaced. */
  readonly out: string;
  /** The first broken record ends the build. Otherwise it is left out, reported and counted. */
  readonly strict?: boolean;
  readonly onBroken?: (broken: BrokenRecord) => void;
}

export interface IndexStats {
  readonly snapshot: Digest;
  readonly records: number;
  readonly packages: number;
  readonly withdrawn: number;
  readonly broken: number;
  /** Records left out since another one of the same id is newer, or equally new and first by digest. */
  readonly superseded: number;
  readonly sizes: {
    readonly totalBytes: number;
    /** All that matching can touch. */
    readonly hotBytes: number;
    /** Raw records before compression. */
    readonly rawBytes: number;
  };
}

/**
 * Builds an index file. The same records give the same bytes, in whatever order they come. Memory holds what decides a
 * match, not the records' texts: those wait in a file beside the output.
 *
 * @throws AppError `RECORD_INVALID` (strict), `NOTHING_READABLE`, `INDEX_NOT_WRITTEN`, and what the source throws
 */
export async function writeIndex(records: AsyncIterable<SourceRecord>, options: WriteOptions): Promise<IndexStats> {
  const folder = makeWorkFolder(options.out);
  const spill = new SpillFile(join(folder, 'records'));
  try {
    const collector = new RecordCollector(spill);
    const broken = await collect(records, collector, options);
    const path = join(folder, 'index');
    const stats = writeFile(path, collector);
    try {
      renameSync(path, options.out);
    } catch (cause) {
      throw fail('INDEX_NOT_WRITTEN', 'the index cannot be put in its place', { place: { file: options.out }, cause });
    }
    const superseded = [...collector.superseded.values()].reduce((sum, one) => sum + one, 0);
    return { ...stats, broken, superseded };
  } catch (cause) {
    throw isWriteFault(cause)
      ? fail('INDEX_NOT_WRITTEN', `the index cannot be written: ${cause.message}`, {
          place: { file: options.out },
          cause,
        })
      : cause;
  } finally {
    spill.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sources are only read, so what fails in writing is the index: mostly a full disk. */
function isWriteFault(cause: unknown): cause is Error {
  return cause instanceof Error && 'syscall' in cause && (cause.syscall === 'write' || cause.syscall === 'fsync');
}

/** On the same file system as the output, so that the index can be renamed into its place. */
function makeWorkFolder(out: string): string {
  try {
    return mkdtempSync(join(dirname(out), '.advisory-index-'));
  } catch (cause) {
    throw fail('INDEX_NOT_WRITTEN', 'the output folder cannot be written', { place: { file: dirname(out) }, cause });
  }
}

async function collect(
  records: AsyncIterable<SourceRecord>,
  collector: RecordCollector,
  { strict = false, onBroken }: WriteOptions,
): Promise<number> {
  let seen = 0;
  let broken = 0;
  for await (const record of records) {
    seen++;
    const fault = collector.add(record);
    if (fault === undefined) continue;
    if (strict) throw recordInvalid(fault);
    broken++;
    onBroken?.(fault);
  }
  if (seen === broken) {
    throw fail('NOTHING_READABLE', seen === 0 ? 'there are no records' : `none of ${seen} records could be read`);
  }
  return broken;
}

function recordInvalid({ file, line, violations }: BrokenRecord): Error {
  const place = { file, ...(line !== undefined && { line }), pointer: violations[0]?.pointer ?? '' };
  const faults = violations.slice(0, 3).map(({ pointer, message }) => `${pointer || '/'}: ${message}`);
  return fail('RECORD_INVALID', `a record is not valid OSV: ${faults.join('; ')}`, { place, details: { violations } });
}

function writeFile(path: string, collector: RecordCollector): Omit<IndexStats, 'broken' | 'superseded'> {
  const collected = collector.sorted();
  const advisories = collected.map(({ advisory }) => advisory);
  const { severities, numbersOf } = numberSeverities(advisories);
  const rows = packageRows(advisories, numbersOf);
  const ecosystems = ecosystemRows(rows);

  const writer = new SectionWriter(path);
  try {
    const pointers = writeCold(writer, collected, collector);
    const keys = encodeKeyPages(writePostings(writer, rows));
    const metas = collected.map(({ advisory: { id, digest, names, severities } }, i): StoredRecord => {
      return { id, digest, names, severities: numbersOf(severities), raw: pointers[i] as ColdPointer };
    });
    const recordDirectory = writeRecords(writer, metas);
    writer.section('keys', (emit) => emit(keys.pages));
    writer.checked('keyDirectory', keys.directory);
    writer.checked('recordDirectory', recordDirectory);
    writer.checked('severities', encodeSeverities(severities));
    const newestModified = collected.map(({ modified }) => modified).reduce((a, b) => (a > b ? a : b), '');
    const withdrawn = advisories.filter((one) => one.withdrawn).length;
    const snapshot = snapshotDigest(advisories.map(({ digest }) => digest));
    const meta: Meta = {
      format: 'stella.advisory-index/v1',
      snapshot,
      orders: ordersDigest(ecosystems.map(({ ecosystem }) => ecosystem)),
      records: advisories.length,
      withdrawn,
      ...(newestModified !== '' && { newestModified }),
      ecosystems,
      sections: Object.fromEntries(writer.sections) as Meta['sections'],
    };
    const metaBytes = canonicalBytes(meta);
    const totalBytes = writer.finish(metaBytes, digestOf(metaBytes));
    const sizes = {
      totalBytes,
      hotBytes: totalBytes - meta.sections.cold.length - meta.sections.coldDirectory.length,
      rawBytes: collected.reduce((sum, { length }) => sum + length, 0),
    };
    return { snapshot, records: advisories.length, packages: rows.length, withdrawn, sizes };
  } finally {
    writer.close();
  }
}

/** Records of one package lie together, so that what a slice needs sits in few blocks. */
function writeCold(writer: SectionWriter, collected: readonly Collected[], collector: RecordCollector): ColdPointer[] {
  const order = collected.map(({ advisory }, number) => {
    const keys = advisory.packages.map(({ ecosystem, name }) => `${ecosystem}\0${name}`);
    return { number, key: keys.reduce((a, b) => (a < b ? a : b), keys[0] ?? '') };
  });
  order.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : a.number - b.number));
  const pointers: ColdPointer[] = [];
  let directory: Uint8Array = new Uint8Array();
  writer.section('cold', (emit) => {
    const cold = new ColdWriter(emit);
    for (const { number } of order) pointers[number] = cold.add(collector.raw(collected[number] as Collected));
    directory = cold.finish();
  });
  writer.checked('coldDirectory', directory);
  return pointers;
}

function writePostings(
  writer: SectionWriter,
  rows: ReturnType<typeof packageRows>,
): { readonly key: string; readonly length: number }[] {
  const lengths: { key: string; length: number }[] = [];
  writer.section('postings', (emit) => {
    for (const { key, ecosystem, sources } of rows) {
      const posting = withCheck(encodePosting(sources, comparatorFor(ecosystem)));
      emit(posting);
      lengths.push({ key, length: posting.length });
    }
  });
  return lengths;
}

/** @returns lengths of the blocks */
function writeRecords(writer: SectionWriter, metas: readonly StoredRecord[]): Buffer {
  const directory = new ByteWriter();
  writer.section('records', (emit) => {
    for (let start = 0; start < metas.length; start += RECORDS_PER_BLOCK) {
      const block = withCheck(encodeRecordBlock(metas.slice(start, start + RECORDS_PER_BLOCK)));
      emit(block);
      directory.number(block.length);
    }
  });
  return directory.bytes();
}
