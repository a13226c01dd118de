import { constants, createGzip, createZstdCompress } from 'node:zlib';
import { rechunk } from './chunks.ts';
import type { Compression } from './compression.ts';
import { through } from './through.ts';

export interface CompressOptions {
  /** gzip 0–9, default 6; zstd 1–22, default 3. */
  readonly level?: number;
}

const CHUNK_BYTES = 256 * 1024;
/** Byte 9 of a gzip member: the operating system, which zlib would fill in. 255 is "unknown" (RFC 1952). */
const GZIP_OS = 9;

/** gzip without name and time. The bytes may differ between processor families: zlib picks its matcher by processor. */
export async function* compressGzip(
  source: AsyncIterable<Uint8Array>,
  options: CompressOptions = {},
): AsyncGenerator<Uint8Array> {
  const engine = createGzip({ level: options.level ?? 6, chunkSize: CHUNK_BYTES });
  let isFirst = true;
  for await (const chunk of through(rechunk(source, CHUNK_BYTES), engine)) {
    if (isFirst) chunk[GZIP_OS] = 0xff;
    isFirst = false;
    yield chunk;
  }
}

/** One zstd frame with a content checksum. The same data gives the same bytes, however it is cut into chunks. */
export async function* compressZstd(
  source: AsyncIterable<Uint8Array>,
  options: CompressOptions = {},
): AsyncGenerator<Uint8Array> {
  const engine = createZstdCompress({
    chunkSize: CHUNK_BYTES,
    params: {
      [constants.ZSTD_c_compressionLevel]: options.level ?? 3,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
  yield* through(rechunk(source, CHUNK_BYTES), engine);
}

/** {@link compressGzip}, {@link compressZstd}, or the source as it is. */
export function compress(
  source: AsyncIterable<Uint8Array>,
  kind: Compression,
  options: CompressOptions = {},
): AsyncIterable<Uint8Array> {
  if (kind === 'gzip') return compressGzip(source, options);
  return kind === 'zstd' ? compressZstd(source, options) : source;
}
