import { fail } from './errors.ts';

/** What is used of a PAX extended header. Absent: the header's own field stands. */
export interface PaxFields {
  path?: Buffer;
  linkPath?: Buffer;
  size?: number;
  mtime?: number;
  isSparse?: true;
}

const NEWLINE = 0x0a;
const EQUALS = 0x3d;
const DECIMAL = /^-?\d{1,15}(?:\.\d{0,32})?$/;

/**
 * Parses the records of a PAX extended header (POSIX.1-2017, pax, "pax Extended Header"): `<length> <key>=<value>\n`,
 * the length counting the whole record. A later record wins, an empty value takes the key back. `hdrcharset` is ignored,
 * since names stay bytes. GNU sparse records mark the member as sparse and give its name.
 *
 * @throws AppError `TAR_PAX_INVALID` at `offset` plus the record's own offset
 */
export function parsePax(bytes: Buffer, offset: number, file?: string): PaxFields {
  const fields: PaxFields = {};
  let sparseName: Buffer | undefined;
  for (let at = 0; at < bytes.length;) {
    const refuse = (sentence: string) =>
      fail('TAR_PAX_INVALID', sentence, { place: { ...(file !== undefined && { file }), offset: offset + at } });
    let length = 0;
    let keyStart = at;
    for (; keyStart < bytes.length && keyStart - at < 10; keyStart++) {
      const digit = (bytes[keyStart] as number) - 0x30;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    const end = at + length;
    if (bytes[keyStart] !== 0x20 || end > bytes.length || end - 2 <= keyStart || bytes[end - 1] !== NEWLINE) {
      throw refuse('an extended header record has a wrong length');
    }
    keyStart++;
    const equals = bytes.indexOf(EQUALS, keyStart);
    if (equals <= keyStart || equals >= end) throw refuse('an extended header record has no key');
    const key = bytes.toString('latin1', keyStart, equals);
    const value = bytes.subarray(equals + 1, end - 1);
    switch (key) {
      case 'path':
        setOrDelete(fields, 'path', value, value);
        break;
      case 'linkpath':
        setOrDelete(fields, 'linkPath', value, value);
        break;
      case 'size': {
        const size = paxNumber(value);
        if (!(size >= 0) || !Number.isSafeInteger(size)) throw refuse('the size of a member is not a number');
        setOrDelete(fields, 'size', value, size);
        break;
      }
      case 'mtime': {
        const mtime = paxNumber(value);
        if (Number.isNaN(mtime)) throw refuse('the time of a member is not a number');
        setOrDelete(fields, 'mtime', value, Math.floor(mtime));
        break;
      }
      case 'GNU.sparse.name':
        sparseName = value;
        break;
      default:
        if (key.startsWith('GNU.sparse.')) fields.isSparse = true;
    }
    at = end;
  }
  if (sparseName !== undefined && sparseName.length > 0) fields.path = sparseName;
  return fields;
}

function setOrDelete<K extends keyof PaxFields>(fields: PaxFields, key: K, raw: Buffer, value: PaxFields[K]): void {
  if (raw.length === 0) delete fields[key];
  else fields[key] = value;
}

/** 0 for an empty value, which the caller takes as "taken back". */
function paxNumber(value: Buffer): number {
  const text = value.toString('latin1', 0, 64);
  if (text === '') return 0;
  return value.length <= 64 && DECIMAL.test(text) ? Number(text) : Number.NaN;
}
