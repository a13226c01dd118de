import { fail } from './errors.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

/** How many first bytes {@link sniffCompression} looks at. */
export const SNIFF_BYTES = 10;

const XZ = Buffer.from('fd377a585a00', 'hex');
/** `BZh`, a digit, and the magic of a block: a tar may well begin with a member named "BZh1". */
const BZIP2 = /^BZh[1-9]1AY&SY/;

/**
 * What compressed the data, from its first ten bytes: gzip (RFC 1952), zstd (RFC 8878, skippable frames included), or
 * neither.
 *
 * @throws AppError `COMPRESSION_UNSUPPORTED` for xz and bzip2
 */
export function sniffCompression(head: Uint8Array): Compression {
  if (head[0] === 0x1f && head[1] === 0x8b) return 'gzip';
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) return 'zstd';
  if (((head[0] ?? 0) & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18) return 'zstd';
  const start = Buffer.from(head.subarray(0, SNIFF_BYTES));
  if (start.subarray(0, XZ.length).equals(XZ)) throw fail('COMPRESSION_UNSUPPORTED', 'xz data cannot be read');
  if (BZIP2.test(start.toString('latin1'))) throw fail('COMPRESSION_UNSUPPORTED', 'bzip2 data cannot be read');
  return 'none';
}
