import { type AppError, type Place } from '@stella-ops/engine-kernel';
import { constants, createGunzip, createZstdDecompress, type Gunzip, type ZstdDecompress } from 'node:zlib';
import { peek } from './chunks.ts';
import { type Compression, SNIFF_BYTES, sniffCompression } from './compression.ts';
import { fail } from './errors.ts';
import { through } from './through.ts';
import { splitZstdFrames } from './zstd-frames.ts';

export interface DecompressLimits {
  /** Of the output. Default 256 GiB. */
  readonly maxBytes?: number;
  /** Output bytes for each input byte, checked once {@link RATIO_FLOOR_BYTES} have come out. Default 500. */
  readonly maxRatio?: number;
  /** Name of the data for error places. */
  readonly file?: string;
}

/** Below this much output no ratio is held against the data. */
export const RATIO_FLOOR_BYTES = 64 * 1024 * 1024;
/** Measured: 64 KiB costs a factor of two and more in trips to the thread pool, above 512 KiB little is won. */
const CHUNK_BYTES = 512 * 1024;
/** 128 MiB of memory: what `zstd --ultra` and `--long` use at most without a matching option on decoding. */
const MAX_WINDOW_LOG = 27;

/**
 * Undoes gzip (any number of members), zstd (any number of frames) or nothing. `sniff` decides by the first bytes.
 * Yields chunks of up to 512 KiB; feed it 256 KiB or more at a time. Checksums inside the data are verified. Unless
 * it sniffs, it is done with a chunk of the source when it asks for the next, so the source may use its buffer again.
 * Chunks that were compressed belong to the caller; plain ones are the source's own.
 *
 * @throws AppError `COMPRESSION_TRUNCATED`, `COMPRESSION_INVALID`, `COMPRESSION_TRAILING_DATA`,
 *   `COMPRESSION_WINDOW_TOO_LARGE`, `COMPRESSION_TOO_LARGE`, `COMPRESSION_RATIO`, `COMPRESSION_UNSUPPORTED`, with the
 *   offset in the input as place; errors of the source are passed on
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  kind: Compression | 'sniff',
  limits: DecompressLimits = {},
): AsyncGenerator<Uint8Array> {
  if (kind === 'sniff') {
    const { head, whole } = await peek(source, SNIFF_BYTES);
    yield* decompress(whole, sniffCompression(head), limits);
  } else if (kind === 'none') {
    yield* limited(source, limits, () => Infinity);
  } else if (kind === 'gzip') {
    const engine = createGunzip({ chunkSize: CHUNK_BYTES });
    yield* limited(decode(source, engine, limits.file), limits, () => engine.bytesWritten);
  } else {
    const engine = createZstdDecompress({
      chunkSize: CHUNK_BYTES,
      params: { [constants.ZSTD_d_windowLogMax]: MAX_WINDOW_LOG },
    });
    yield* limited(
      decode(splitZstdFrames(source, limits.file), engine, limits.file),
      limits,
      () => engine.bytesWritten,
    );
  }
}

async function* limited(
  source: AsyncIterable<Uint8Array>,
  limits: DecompressLimits,
  inputBytes: () => number,
): AsyncGenerator<Uint8Array> {
  const { maxBytes = 256 * 1024 ** 3, maxRatio = 500, file } = limits;
  const place: Place = file === undefined ? {} : { file };
  let total = 0;
  for await (const chunk of source) {
    total += chunk.length;
    if (total > maxBytes) {
      throw fail('COMPRESSION_TOO_LARGE', `the data is over the limit of ${maxBytes} bytes`, { place });
    }
    if (total > RATIO_FLOOR_BYTES && total > inputBytes() * maxRatio) {
      throw fail('COMPRESSION_RATIO', `the data grew by more than ${maxRatio} times`, { place });
    }
    yield chunk;
  }
}

async function* decode(
  source: AsyncIterable<Uint8Array>,
  engine: Gunzip | ZstdDecompress,
  file: string | undefined,
): AsyncGenerator<Uint8Array> {
  let inputBytes = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      inputBytes += chunk.length;
      yield chunk;
    }
  }
  const place = (): Place => ({ ...(file !== undefined && { file }), offset: engine.bytesWritten });
  try {
    yield* through(counted(), engine);
  } catch (cause) {
    throw engineError(cause, place()) ?? cause;
  }
  // Zero bytes behind a gzip member do not trouble Node's decoder; it stops reading there.
  if (engine.bytesWritten < inputBytes) throw trailingData(place());
}

/** What an error of Node's zlib says about the data; nothing when the error came from elsewhere. */
function engineError(cause: unknown, place: Place): AppError | undefined {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'Z_BUF_ERROR') return fail('COMPRESSION_TRUNCATED', 'the compressed data ends early', { place, cause });
  if (code === 'ERR_STREAM_PREMATURE_CLOSE') return trailingData(place, cause);
  if (code === 'ZSTD_error_prefix_unknown' && (place.offset ?? 0) > 0) return trailingData(place, cause);
  if (code === 'ZSTD_error_frameParameter_windowTooLarge') {
    return fail('COMPRESSION_WINDOW_TOO_LARGE', 'the zstd data asks for too large a window', { place, cause });
  }
  if (code.startsWith('Z_') || code.startsWith('ZSTD_')) {
    return fail('COMPRESSION_INVALID', `the compressed data is damaged: ${(cause as Error).message}`, { place, cause });
  }
  return undefined;
}

function trailingData(place: Place, cause?: unknown): AppError {
  return fail('COMPRESSION_TRAILING_DATA', 'bytes follow the compressed data', { place, cause });
}
