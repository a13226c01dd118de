import { fail } from '../errors.ts';
import type { SourceRecord } from '../index-file/record-collector.ts';

const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const NEWLINE = 0x0a;

/**
 * Records of a JSON document: the document itself, or the members of the list that it is. Each record keeps exactly its
 * own bytes, which a parser would not give back; so lists are cut at the commas of the first level. What stands between
 * them is judged by whoever reads the record.
 *
 * @throws AppError `SOURCE_UNREADABLE` when a list does not end
 */
export function* jsonRecords(document: Uint8Array, file: string): Generator<SourceRecord> {
  let start = skipWhite(document, hasByteOrderMark(document) ? 3 : 0);
  if (document[start] !== OPEN_LIST) {
    yield { raw: document, file };
    return;
  }
  const list = start;
  let line = 1 + countLines(document, 0, start);
  for (;;) {
    const beginning = skipWhite(document, start + 1);
    line += countLines(document, start, beginning);
    const end = endOfMember(document, beginning);
    if (end === undefined) throw fail('SOURCE_UNREADABLE', 'the list of records does not end', { place: { file } });
    const isEmptyList = document[end] === CLOSE_LIST && beginning === end && start === list;
    if (!isEmptyList) yield { raw: document.subarray(beginning, trimEnd(document, end)), file, line };
    if (document[end] === CLOSE_LIST) {
      if (skipWhite(document, end + 1) < document.length) {
        throw fail('SOURCE_UNREADABLE', 'something follows the list of records', { place: { file, offset: end + 1 } });
      }
      return;
    }
    line += countLines(document, beginning, end);
    start = end;
  }
}

const hasByteOrderMark = (bytes: Uint8Array): boolean => bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;

const isWhite = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;

function skipWhite(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isWhite(bytes[at])) at++;
  return at;
}

function trimEnd(bytes: Uint8Array, end: number): number {
  let at = end;
  while (isWhite(bytes[at - 1])) at--;
  return at;
}

function countLines(bytes: Uint8Array, from: number, to: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE, from); at !== -1 && at < to; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

/** Offset of the comma or bracket that ends the member beginning at `from`. */
function endOfMember(bytes: Uint8Array, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at++;
      while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      depth++;
    } else if (depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) {
      return at;
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      depth--;
    }
  }
  return undefined;
}
