import { compareText } from '@stella-ops/engine-kernel';
import type { Comparator } from '@stella-ops/engine-versions';
import type { Interval, Upper } from '../compile/intervals.ts';
import { ByteCursor, damaged } from './byte-cursor.ts';
import { ByteWriter } from './byte-writer.ts';

/** An interval whose ends are places in the package's sorted versions; -1: open at that end. */
export interface RankInterval {
  readonly introduced: number;
  readonly upper: number;
  readonly kind: Upper['kind'];
}

/** What one record says of the package. */
export interface PostingEntry {
  /** Number of the record in the index. */
  readonly record: number;
  readonly withdrawn: boolean;
  readonly undecided: boolean;
  readonly intervals: readonly RankInterval[];
  /** Places of enumerated versions that no interval holds. */
  readonly listed: readonly number[];
  /** Numbers of severities of this package alone; empty: the record's own count. */
  readonly severities: readonly number[];
}

/** All that the index holds on one package. */
export interface Posting {
  /** Every version that an entry names, in the ecosystem's order (without comparator: of code units). */
  readonly versions: readonly string[];
  /** Sort keys of the versions, one character a byte; undefined without comparator. */
  readonly keys: readonly string[] | undefined;
  /** Sorted by record number. */
  readonly entries: readonly PostingEntry[];
}

/** Input of {@link encodePosting}. */
export interface PostingSource {
  readonly record: number;
  readonly withdrawn: boolean;
  readonly undecided: boolean;
  readonly intervals: readonly Interval[];
  readonly listed: readonly string[];
  readonly severities: readonly number[];
}

const WITHDRAWN = 1;
const UNDECIDED = 2;
const HAS_LIST = 4;
const HAS_SEVERITIES = 8;

const KINDS = ['fixed', 'last_affected', 'limit'] as const;
const NO_UPPER = KINDS.length;

export function sortKeyOf(version: string, comparator: Comparator): string {
  return Buffer.from(comparator.sortKey(version)).toString('latin1');
}

/**
 * Writes what records say of one package. The versions they name are sorted once, here; in the entries a version is its
 * place in that order. So a look-up places the installed version by one binary search over bytes, and every interval is
 * decided by comparing integers.
 *
 * @param sources in any order, one per record
 */
export function encodePosting(sources: readonly PostingSource[], comparator: Comparator | undefined): Buffer {
  const writer = new ByteWriter();
  const ranks = writeVersions(writer, sources, comparator);
  writer.number(sources.length);
  let previous = 0;
  for (const source of [...sources].sort((a, b) => a.record - b.record)) {
    writer.number(source.record - previous);
    previous = source.record;
    writer.number(
      (source.withdrawn ? WITHDRAWN : 0) |
        (source.undecided ? UNDECIDED : 0) |
        (source.listed.length > 0 ? HAS_LIST : 0) |
        (source.severities.length > 0 ? HAS_SEVERITIES : 0),
    );
    writer.number(source.intervals.length);
    for (const { introduced, upper } of source.intervals) {
      writer.number(introduced === undefined ? 0 : (ranks.get(introduced) ?? 0) + 1);
      writer.number(upper === undefined ? NO_UPPER : KINDS.indexOf(upper.kind));
      if (upper !== undefined) writer.number(ranks.get(upper.version) ?? 0);
    }
    if (source.listed.length > 0) {
      const places = source.listed.map((version) => ranks.get(version) ?? 0).sort((a, b) => a - b);
      writer.number(places.length);
      for (const [i, place] of places.entries()) writer.number(place - (places[i - 1] ?? 0));
    }
    if (source.severities.length > 0) {
      writer.number(source.severities.length);
      for (const severity of source.severities) writer.number(severity);
    }
  }
  return writer.bytes();
}

function writeVersions(
  writer: ByteWriter,
  sources: readonly PostingSource[],
  comparator: Comparator | undefined,
): Map<string, number> {
  const named = new Set<string>();
  for (const { intervals, listed } of sources) {
    for (const { introduced, upper } of intervals) {
      if (introduced !== undefined) named.add(introduced);
      if (upper !== undefined) named.add(upper.version);
    }
    for (const version of listed) named.add(version);
  }
  const rows = [...named]
    .map((version) => ({ version, key: comparator === undefined ? '' : sortKeyOf(version, comparator) }))
    .sort((a, b) => compareText(a.key, b.key) || compareText(a.version, b.version));
  writer.number(rows.length);
  for (const [i, { version }] of rows.entries()) writer.textAfter(rows[i - 1]?.version ?? '', version);
  if (comparator !== undefined) {
    for (const [i, { key }] of rows.entries()) writer.textAfter(rows[i - 1]?.key ?? '', key, 'latin1');
  }
  return new Map(rows.map(({ version }, rank) => [version, rank]));
}

/**
 * @param hasKeys whether the ecosystem had a comparator when the index was written
 * @param records number of records in the index
 * @throws AppError `INDEX_DAMAGED`
 */
export function decodePosting(bytes: Buffer, hasKeys: boolean, records: number): Posting {
  const cursor = new ByteCursor(bytes);
  const size = cursor.count();
  const versions = sortedTexts(cursor, size, 'utf8');
  const keys = hasKeys ? sortedTexts(cursor, size, 'latin1') : undefined;
  const entries: PostingEntry[] = [];
  let record = 0;
  for (let left = cursor.count(); left > 0; left--) {
    record += cursor.number();
    if (record >= records) throw damaged('a package names a record that is not there');
    entries.push(decodeEntry(cursor, record, size));
  }
  if (!cursor.isAtEnd) throw damaged('a package has bytes left over');
  return { versions, keys, entries };
}

function sortedTexts(cursor: ByteCursor, size: number, encoding: 'utf8' | 'latin1'): string[] {
  const texts: string[] = [];
  for (let i = 0; i < size; i++) texts.push(cursor.textAfter(texts[i - 1] ?? '', encoding));
  return texts;
}

function decodeEntry(cursor: ByteCursor, record: number, size: number): PostingEntry {
  const flags = cursor.numberBelow(16);
  const intervals: RankInterval[] = [];
  for (let left = cursor.count(); left > 0; left--) {
    const introduced = cursor.numberBelow(size + 1) - 1;
    const kind = KINDS[cursor.numberBelow(NO_UPPER + 1)];
    const upper = kind === undefined ? -1 : cursor.numberBelow(size);
    intervals.push({ introduced, upper, kind: kind ?? 'fixed' });
  }
  const listed: number[] = [];
  if ((flags & HAS_LIST) !== 0) {
    let place = 0;
    for (let left = cursor.count(); left > 0; left--) {
      place += cursor.number();
      if (place >= size) throw damaged('a reference points nowhere');
      listed.push(place);
    }
  }
  const severities: number[] = [];
  if ((flags & HAS_SEVERITIES) !== 0)
    for (let left = cursor.count(); left > 0; left--) severities.push(cursor.number());
  return {
    record,
    withdrawn: (flags & WITHDRAWN) !== 0,
    undecided: (flags & UNDECIDED) !== 0,
    intervals,
    listed,
    severities,
  };
}
