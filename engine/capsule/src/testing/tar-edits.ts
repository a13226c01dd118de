import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const BLOCK = 512;

/** A member of a plain ustar archive: where its header begins and where its padding ends. */
export interface TarSpan {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** The members of an archive that holds short names only. */
export function spansOf(tar: Buffer): TarSpan[] {
  const spans: TarSpan[] = [];
  for (let start = 0; tar[start] !== 0;) {
    const path = tar.toString('latin1', start, tar.indexOf(0, start));
    const size = Number.parseInt(tar.toString('latin1', start + 124, start + 135), 8);
    const end = start + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    spans.push({ path, start, end });
    start = end;
  }
  return spans;
}

export const unpacked = (capsule: Uint8Array): Buffer => zstdDecompressSync(capsule);
export const repacked = (tar: Uint8Array): Buffer => zstdCompressSync(tar);

/** The capsule with one member cut out, as `tar --delete` would. */
export function without(capsule: Uint8Array, file: string): Buffer {
  const tar = unpacked(capsule);
  const span = spansOf(tar).find(({ path }) => path === file);
  if (span === undefined) throw new Error(`${file} is not in the capsule`);
  return repacked(Buffer.concat([tar.subarray(0, span.start), tar.subarray(span.end)]));
}
