import { findDataRanges, type Ranges } from './executable-data.ts';

/** The two texts that Go's linker leaves in every executable. */
export type BuildInfo =
  | { readonly form: 'inline'; readonly goVersion: string; readonly modules: string }
  /** Go before 1.18 left pointers to the texts; following them would mean going back in the file. */
  | { readonly form: 'pointers' }
  /** The header is there, and the texts are cut off or longer than any linker writes them. */
  | { readonly form: 'damaged' };

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const ALIGNMENT = 16;
const HEADER_BYTES = 32;
const WINDOW_BYTES = 64 * 1024;
const FLAGS_AT = 15;
const FLAG_INLINE = 2;
/** Enough for any length below the limit. */
const VARINT_BYTES = 5;
const SENTINEL_BYTES = 16;
const NEWLINE = 0x0a;
const MAX_TEXT_BYTES = 4 * 1024 * 1024;

/**
 * Looks for Go build information in an executable. The header is aligned to sixteen bytes in writable data, so the text
 * itself in other programs (linkers, scanners) is not taken for it.
 *
 * Source: Go's `debug/buildinfo`, `readRawBuildInfo`.
 */
export function* findBuildInfo(sizeBytes: number): Ranges<BuildInfo | undefined> {
  let seen = 0;
  for (const range of yield* findDataRanges(sizeBytes)) {
    const end = Math.min(range.offset + range.length, sizeBytes);
    const found = yield* searchRange(Math.max(range.offset, seen), end);
    if (found !== undefined) return found;
    seen = Math.max(seen, end);
  }
  return undefined;
}

function* searchRange(from: number, end: number): Ranges<BuildInfo | undefined> {
  // Segments are mapped so that offsets and addresses are aligned alike.
  const start = Math.ceil(from / ALIGNMENT) * ALIGNMENT;
  for (let offset = start; offset < end; offset += WINDOW_BYTES) {
    const window = asBuffer(yield { offset, length: Math.min(WINDOW_BYTES, end - offset) });
    for (let at = window.indexOf(MAGIC); at !== -1; at = window.indexOf(MAGIC, at + 1)) {
      // A copy: the window is only valid until the next one.
      if (at % ALIGNMENT === 0) return yield* readHeader(Buffer.from(window.subarray(at)), offset + window.length, end);
    }
  }
  return undefined;
}

/** @param head bytes from the header on; `[next, end)` is what follows them in the segment */
function* readHeader(head: Buffer, next: number, end: number): Ranges<BuildInfo> {
  let bytes = head;
  let offset = next;
  function* need(count: number): Ranges<boolean> {
    while (bytes.length < count && offset < end) {
      const length = Math.min(Math.max(count - bytes.length, WINDOW_BYTES), end - offset);
      const more = yield { offset, length };
      bytes = Buffer.concat([bytes, more]);
      offset += length;
      if (more.length < length) break;
    }
    return bytes.length >= count;
  }
  const texts: Buffer[] = [];
  if (!(yield* need(HEADER_BYTES))) return { form: 'damaged' };
  if (((bytes[FLAGS_AT] as number) & FLAG_INLINE) === 0) return { form: 'pointers' };
  for (let at = HEADER_BYTES; texts.length < 2;) {
    yield* need(at + VARINT_BYTES);
    const length = readVarint(bytes, at);
    if (length === undefined || length.value > MAX_TEXT_BYTES) return { form: 'damaged' };
    at += length.bytes;
    if (!(yield* need(at + length.value))) return { form: 'damaged' };
    texts.push(bytes.subarray(at, at + length.value));
    at += length.value;
  }
  const [goVersion, modules] = texts as [Buffer, Buffer];
  return { form: 'inline', goVersion: goVersion.toString('utf8'), modules: unframe(modules).toString('utf8') };
}

/** Sixteen bytes of sentinel stand before and behind the module text; without them there are no modules. */
function unframe(framed: Buffer): Buffer {
  const isFramed = framed.length >= 2 * SENTINEL_BYTES + 1 && framed.at(-SENTINEL_BYTES - 1) === NEWLINE;
  return isFramed ? framed.subarray(SENTINEL_BYTES, -SENTINEL_BYTES) : framed.subarray(0, 0);
}

function readVarint(bytes: Uint8Array, at: number): { value: number; bytes: number } | undefined {
  let value = 0;
  for (let i = 0; i < VARINT_BYTES; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, bytes: i + 1 };
  }
  return undefined;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
