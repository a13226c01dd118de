import { type Digest, hexOf } from '@stella-ops/engine-kernel';
import { ByteCursor, damaged } from './byte-cursor.ts';
import { ByteWriter } from './byte-writer.ts';

/** Where a record's bytes lie: a compressed block, and a stretch of its content. */
export interface ColdPointer {
  readonly block: number;
  readonly offset: number;
  readonly length: number;
}

/** What matching needs of a record beside its packages. */
export interface RecordMeta {
  readonly id: string;
  readonly digest: Digest;
  /** Other names of the vulnerability, sorted. */
  readonly names: readonly string[];
  /** Numbers of severities. */
  readonly severities: readonly number[];
}

/** A record of an index file. */
export interface StoredRecord extends RecordMeta {
  readonly raw: ColdPointer;
}

/** Few enough that walking to one costs little, enough that ids share their prefix. */
export const RECORDS_PER_BLOCK = 32;

/**
 * A block of records: what all their ids begin with, then each record with its length before it, so that one can be
 * read without the others.
 *
 * @param records sorted by id
 */
export function encodeRecordBlock(records: readonly StoredRecord[]): Buffer {
  const block = new ByteWriter();
  const prefix = commonPrefix(records[0]?.id ?? '', records.at(-1)?.id ?? '');
  block.text(prefix);
  for (const { id, digest, names, severities, raw } of records) {
    const writer = new ByteWriter();
    writer.text(id.slice(prefix.length));
    writer.raw(Buffer.from(hexOf(digest), 'hex'));
    writer.number(names.length);
    for (const [j, name] of names.entries()) writer.textAfter(names[j - 1] ?? '', name);
    writer.number(severities.length);
    for (const severity of severities) writer.number(severity);
    writer.number(raw.block);
    writer.number(raw.offset);
    writer.number(raw.length);
    block.number(writer.length);
    block.raw(writer.bytes());
  }
  return block.bytes();
}

function commonPrefix(first: string, last: string): string {
  let shared = 0;
  while (shared < first.length && first.charCodeAt(shared) === last.charCodeAt(shared)) shared++;
  // Half of a surrogate pair has no UTF-8.
  if (shared > 0 && (first.charCodeAt(shared - 1) & 0xfc00) === 0xd800) shared--;
  return first.slice(0, shared);
}

/**
 * One record of a block.
 *
 * @param place of the record within the block
 * @throws AppError `INDEX_DAMAGED`
 */
export function decodeRecord(block: Buffer, place: number): StoredRecord {
  const all = new ByteCursor(block);
  const prefix = all.text();
  for (let i = 0; i < place; i++) all.raw(all.number());
  const cursor = new ByteCursor(all.raw(all.number()));
  const id = prefix + cursor.text();
  const digest: Digest = `sha256:${cursor.raw(32).toString('hex')}`;
  const names: string[] = [];
  const nameCount = cursor.count();
  for (let j = 0; j < nameCount; j++) names.push(cursor.textAfter(names[j - 1] ?? ''));
  const severities: number[] = [];
  for (let left = cursor.count(); left > 0; left--) severities.push(cursor.number());
  const raw = { block: cursor.number(), offset: cursor.number(), length: cursor.number() };
  if (!cursor.isAtEnd) throw damaged('a record has bytes left over');
  return { id, digest, names, severities, raw };
}
