import type { ByteRange } from '../analyzer.ts';

/** A generator that asks for ranges of the file in ascending order and gets their bytes. */
export type Ranges<T> = Generator<ByteRange, T, Uint8Array>;

const MAX_HEADERS = 256;
const MAX_COMMAND_BYTES = 256 * 1024;

/**
 * Where an executable keeps initialised data that programs may write: the places in which Go's linker puts its build
 * information. ELF, PE and 64-bit Mach-O; nothing for other files. Only headers are read, and they stand at the start of the
 * file, before the data, so one pass is enough.
 *
 * Source: Go's `debug/buildinfo`; ELF gABI chapter 5; PE format, section table; Mach-O `loader.h`.
 */
export function* findDataRanges(sizeBytes: number): Ranges<ByteRange[]> {
  const ident = viewOf(yield { offset: 0, length: 16 });
  if (ident.byteLength < 16) return [];
  const magic = ident.getUint32(0);
  let ranges: ByteRange[] = [];
  if (magic === 0x7f454c46) ranges = yield* elfData(ident.getUint8(4) === 2, ident.getUint8(5) === 1);
  else if (magic >>> 16 === 0x4d5a) ranges = yield* peData();
  else if (magic === 0xcffaedfe) ranges = yield* machData();
  return ranges.filter(({ offset, length }) => length > 0 && offset < sizeBytes).sort((a, b) => a.offset - b.offset);
}

function* elfData(is64: boolean, isLittle: boolean): Ranges<ByteRange[]> {
  const header = viewOf(yield { offset: 16, length: is64 ? 48 : 36 });
  if (header.byteLength < (is64 ? 48 : 36)) return [];
  // Offsets of the ELF header less the sixteen bytes of its identification.
  const tableOffset = is64 ? wide(header, 16, isLittle) : header.getUint32(12, isLittle);
  const entryBytes = header.getUint16(is64 ? 38 : 26, isLittle);
  const count = header.getUint16(is64 ? 40 : 28, isLittle);
  if (tableOffset < (is64 ? 64 : 52) || entryBytes < (is64 ? 56 : 32) || count > MAX_HEADERS) return [];
  const table = viewOf(yield { offset: tableOffset, length: entryBytes * count });
  const ranges: ByteRange[] = [];
  for (let at = 0; at + entryBytes <= table.byteLength; at += entryBytes) {
    const isLoaded = table.getUint32(at, isLittle) === 1;
    const flags = table.getUint32(at + (is64 ? 4 : 24), isLittle);
    // PF_W without PF_X.
    if (!isLoaded || (flags & 3) !== 2) continue;
    ranges.push(
      is64
        ? { offset: wide(table, at + 8, isLittle), length: wide(table, at + 32, isLittle) }
        : { offset: table.getUint32(at + 4, isLittle), length: table.getUint32(at + 16, isLittle) },
    );
  }
  return ranges.filter(({ offset }) => offset >= tableOffset + entryBytes * count);
}

const PE_DATA = 0xc0000040; // initialised data, readable, writable

function* peData(): Ranges<ByteRange[]> {
  const dos = viewOf(yield { offset: 16, length: 48 });
  if (dos.byteLength < 48) return [];
  const peOffset = dos.getUint32(44, true);
  if (peOffset < 64) return [];
  const header = viewOf(yield { offset: peOffset, length: 24 });
  if (header.byteLength < 24 || header.getUint32(0) !== 0x50450000) return [];
  const count = header.getUint16(6, true);
  const tableOffset = peOffset + 24 + header.getUint16(20, true);
  if (count > MAX_HEADERS) return [];
  const table = viewOf(yield { offset: tableOffset, length: 40 * count });
  const ranges: ByteRange[] = [];
  for (let at = 0; at + 40 <= table.byteLength; at += 40) {
    if ((table.getUint32(at + 36, true) & PE_DATA) >>> 0 !== PE_DATA) continue;
    ranges.push({ offset: table.getUint32(at + 20, true), length: table.getUint32(at + 16, true) });
  }
  return ranges.filter(({ offset }) => offset >= tableOffset + 40 * count);
}

function* machData(): Ranges<ByteRange[]> {
  const header = viewOf(yield { offset: 16, length: 16 });
  if (header.byteLength < 16) return [];
  const length = Math.min(header.getUint32(4, true), MAX_COMMAND_BYTES);
  const commands = viewOf(yield { offset: 32, length });
  const ranges: ByteRange[] = [];
  for (let at = 0; at + 8 <= commands.byteLength;) {
    const size = commands.getUint32(at + 4, true);
    if (size < 8 || at + size > commands.byteLength) break;
    const isSegment = commands.getUint32(at, true) === 0x19 && size >= 72;
    // VM_PROT_WRITE of the initial protection.
    if (isSegment && (commands.getUint32(at + 60, true) & 2) !== 0) {
      ranges.push({ offset: wide(commands, at + 40, true), length: wide(commands, at + 48, true) });
    }
    at += size;
  }
  return ranges.filter(({ offset }) => offset >= 32 + length);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A 64-bit number; beyond 2^53 it only has to be too large for any file. */
function wide(view: DataView, at: number, isLittle: boolean): number {
  const low = view.getUint32(at + (isLittle ? 0 : 4), isLittle);
  return view.getUint32(at + (isLittle ? 4 : 0), isLittle) * 2 ** 32 + low;
}
