import { ByteCursor, damaged } from './byte-cursor.ts';
import { ByteWriter } from './byte-writer.ts';
import { CHECK_BYTES, checkedBlock, withCheck } from './checked-block.ts';

export const PAGE_BYTES = 4_096;
const PAGE_PAYLOAD = PAGE_BYTES - CHECK_BYTES;

/** Where a package's posting lies in the postings section. */
export interface PostingPointer {
  readonly offset: number;
  readonly length: number;
}

export interface KeyDirectory {
  /** First key of each page. */
  readonly firstKeys: readonly string[];
  /** Offset of each page's first posting. */
  readonly bases: readonly number[];
}

/** The look-up key of a package. Neither part can hold U+0000. */
export const keyOf = (ecosystem: string, name: string): string => `${ecosystem}\0${name}`;

/**
 * Pages of sorted keys. Postings lie in the order of their keys without gaps, so a key needs only its posting's length.
 *
 * @param entries sorted by key; lengths are at least 1
 */
export function encodeKeyPages(entries: readonly { readonly key: string; readonly length: number }[]): {
  readonly pages: Buffer;
  readonly directory: Buffer;
} {
  const pages: Buffer[] = [];
  const directory = new ByteWriter();
  let page = new ByteWriter();
  let firstKey = '';
  let previousFirst = '';
  let previousKey = '';
  let base = 0;
  let offset = 0;
  const close = (): void => {
    const payload = Buffer.alloc(PAGE_PAYLOAD);
    payload.set(page.bytes());
    pages.push(withCheck(payload));
    directory.textAfter(previousFirst, firstKey);
    directory.number(base);
    previousFirst = firstKey;
    page = new ByteWriter();
    previousKey = '';
  };
  const row = (key: string, length: number): Buffer => {
    const writer = new ByteWriter();
    writer.number(length);
    writer.textAfter(previousKey, key);
    return writer.bytes();
  };
  for (const { key, length } of entries) {
    let bytes = row(key, length);
    if (page.length + bytes.length > PAGE_PAYLOAD) {
      close();
      bytes = row(key, length);
    }
    if (page.length === 0) {
      firstKey = key;
      base = offset;
    }
    page.raw(bytes);
    previousKey = key;
    offset += length;
  }
  if (page.length > 0) close();
  return { pages: Buffer.concat(pages), directory: directory.bytes() };
}

/** @throws AppError `INDEX_DAMAGED` */
export function decodeKeyDirectory(bytes: Buffer): KeyDirectory {
  const cursor = new ByteCursor(bytes);
  const firstKeys: string[] = [];
  const bases: number[] = [];
  while (!cursor.isAtEnd) {
    firstKeys.push(cursor.textAfter(firstKeys.at(-1) ?? ''));
    bases.push(cursor.number());
  }
  return { firstKeys, bases };
}

/**
 * @param base offset of the page's first posting
 * @throws AppError `INDEX_DAMAGED`
 */
export function decodeKeyPage(page: Buffer, base: number): Map<string, PostingPointer> {
  const cursor = new ByteCursor(checkedBlock(page, 'a key page'));
  const keys = new Map<string, PostingPointer>();
  let key = '';
  let offset = base;
  // A length of 0 is the padding behind the last key.
  for (let length = next(cursor); length > 0; length = next(cursor)) {
    key = cursor.textAfter(key);
    keys.set(key, { offset, length });
    offset += length;
  }
  if (keys.size === 0) throw damaged('a key page is empty');
  return keys;
}

const next = (cursor: ByteCursor): number => (cursor.isAtEnd ? 0 : cursor.number());
