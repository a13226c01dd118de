import type { TarEntryType } from './types.ts';

/** Size of a header and the unit of padding (POSIX.1-2017, pax, ustar interchange format). */
export const BLOCK_BYTES = 512;

/** Byte ranges of the header fields that are read or written. */
export const FIELD = {
  name: 0,
  nameEnd: 100,
  mode: 100,
  modeEnd: 108,
  uid: 108,
  uidEnd: 116,
  gid: 116,
  gidEnd: 124,
  size: 124,
  sizeEnd: 136,
  mtime: 136,
  mtimeEnd: 148,
  checksum: 148,
  checksumEnd: 156,
  type: 156,
  link: 157,
  linkEnd: 257,
  magic: 257,
  magicEnd: 263,
  prefix: 345,
  starPrefixEnd: 476,
  prefixEnd: 500,
  starMagic: 508,
  /** Old GNU sparse headers, and the blocks of the map behind them. */
  sparseContinues: 482,
  sparseMapContinues: 504,
} as const;

/** Bytes of padding after a payload of `size` bytes. */
export function paddingOf(size: number): number {
  const rest = size % BLOCK_BYTES;
  return rest === 0 ? 0 : BLOCK_BYTES - rest;
}

/** Sum of the bytes of a header with its checksum field taken as spaces. `words` is the same header as 32-bit words. */
export function headerSum(block: Uint8Array, words: Int32Array): number {
  // Two bytes of each word are added in each half: 128 words of two bytes stay below 2^16, so no half overflows.
  let sums = 0;
  for (let i = 0; i < 128; i++) {
    const word = words[i] as number;
    sums = (sums + (word & 0x00ff00ff) + ((word >>> 8) & 0x00ff00ff)) | 0;
  }
  let sum = (sums & 0xffff) + (sums >>> 16);
  for (let at = FIELD.checksum; at < FIELD.checksumEnd; at++) sum += 0x20 - (block[at] as number);
  return sum;
}

/** Old Sun tars summed signed bytes. */
export function signedHeaderSum(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < BLOCK_BYTES; at++) {
    const inField = at >= FIELD.checksum && at < FIELD.checksumEnd;
    sum += inField ? 0x20 : ((block[at] as number) << 24) >> 24;
  }
  return sum;
}

export function isZeroBlock(words: Int32Array): boolean {
  for (let i = 0; i < 128; i++) if (words[i] !== 0) return false;
  return true;
}

/** End of the NUL-terminated text in `[start, end)`. */
export function textEnd(block: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && block[at] !== 0) at++;
  return at;
}

const TYPES: ReadonlyMap<number, TarEntryType> = new Map(
  (
    [
      ['\0', 'file'],
      ['0', 'file'],
      ['1', 'hardlink'],
      ['2', 'symlink'],
      ['3', 'character-device'],
      ['4', 'block-device'],
      ['5', 'directory'],
      ['6', 'fifo'],
      ['7', 'file'],
      ['S', 'file'],
    ] as const
  ).map(([flag, type]) => [flag.charCodeAt(0), type]),
);

/** The type of a member from the type flag of its header; nothing for flags that name no member we know. */
export function memberTypeOf(flag: number): TarEntryType | undefined {
  return TYPES.get(flag);
}

/** Whether the header has a prefix for its name. In headers of GNU, other things stand in that field. */
export function hasPrefix(block: Buffer): boolean {
  return block[FIELD.prefix] !== 0 && block.toString('latin1', FIELD.magic, FIELD.magicEnd) === 'ustar\0';
}

/** Writes `prefix/name` to `joined`, which holds 256 bytes, and answers where it ends. `nameEnd`: end of the name field's text. */
export function joinName(block: Buffer, nameEnd: number, joined: Buffer): number {
  // The star format keeps times in the last bytes of the prefix field.
  const isStar = block.toString('latin1', FIELD.starMagic, BLOCK_BYTES) === 'tar\0';
  const prefixEnd = textEnd(block, FIELD.prefix, isStar ? FIELD.starPrefixEnd : FIELD.prefixEnd);
  const length = block.copy(joined, 0, FIELD.prefix, prefixEnd);
  joined[length] = 0x2f; // slash
  return length + 1 + block.copy(joined, length + 1, FIELD.name, nameEnd);
}
