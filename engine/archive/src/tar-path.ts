const SLASH = 0x2f;
const DOT = 0x2e;

/** A path inside an archive as a range of UTF-8 bytes, in normal form. `escapes`: a `..` part had to be dropped or clamped. */
export interface PathRange {
  bytes: Uint8Array;
  start: number;
  end: number;
  escapes: boolean;
  isAscii: boolean;
}

/**
 * Puts the path at `[start, end)` of `bytes` into normal form and writes the result to `range`: relative, no empty,
 * `.` or `..` parts, no trailing slash; the root is the empty path. `..` parts are resolved and clamped at the root, as
 * a process inside a chroot would see them, and reported by `escapes`. Nothing is copied when the path is normal but for
 * a leading `/` or `./` and trailing slashes, which is nearly always.
 */
export function normalizePath(bytes: Uint8Array, start: number, end: number, range: PathRange): void {
  let from = start;
  while (from < end) {
    if (bytes[from] === SLASH) from++;
    else if (bytes[from] === DOT && (from + 1 === end || bytes[from + 1] === SLASH)) from++;
    else break;
  }
  let to = end;
  while (to > from && bytes[to - 1] === SLASH) to--;
  range.bytes = bytes;
  range.start = from;
  range.end = to;
  range.escapes = false;
  let partStart = from;
  let bits = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] as number;
    bits |= byte;
    if (byte !== SLASH) continue;
    if (isIrregular(bytes, partStart, at)) return rebuild(bytes, from, to, range);
    partStart = at + 1;
  }
  if (from < to && isIrregular(bytes, partStart, to)) return rebuild(bytes, from, to, range);
  range.isAscii = bits < 0x80;
}

/** The text of a path range. Bytes that are not UTF-8 read as U+FFFD. */
export function pathText(range: PathRange): string {
  const { bytes, start, end } = range;
  const buffer = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return range.isAscii ? buffer.toString('latin1', start, end) : buffer.toString('utf8', start, end);
}

function isIrregular(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length > 2) return false;
  if (length === 0) return true;
  return bytes[start] === DOT && (length === 1 || bytes[start + 1] === DOT);
}

function rebuild(bytes: Uint8Array, start: number, end: number, range: PathRange): void {
  // latin1 keeps every byte as it is, so names that are not UTF-8 survive.
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1', start, end);
  const parts: string[] = [];
  for (const part of raw.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      range.escapes = true;
      parts.pop();
    } else {
      parts.push(part);
    }
  }
  range.bytes = Buffer.from(parts.join('/'), 'latin1');
  range.start = 0;
  range.end = range.bytes.length;
  range.isAscii = range.bytes.every((byte) => byte < 0x80);
}
