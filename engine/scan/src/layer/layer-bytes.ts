import { sniffCompression } from '@stella-ops/engine-archive';
import { AppError, type Digest, digestFrom, newHash } from '@stella-ops/engine-kernel';
import type { ImageLayer } from '@stella-ops/engine-oci';
import { open } from 'node:fs/promises';
import { fail } from '../errors.ts';

const CHUNK_BYTES = 256 * 1024;

export interface LayerBytes {
  /** The stored bytes in order. A chunk is valid until the next one is asked for. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** How many bytes were read so far. */
  count(): number;
  /**
   * To be called once, when all chunks were taken. Answers the digest of the stored bytes; where a layer is known by the
   * digest of its content, the caller brings that in.
   *
   * @throws AppError `LAYER_TRUNCATED`, `LAYER_DIGEST_MISMATCH`
   */
  verify(contentDigest?: Digest): Digest;
}

/**
 * Reads the stored bytes of a layer and hashes them on the way. From a file it reads one chunk ahead into two buffers, so
 * that reading and hashing overlap with what the caller does, and no memory is taken up as the layer streams by.
 */
export function readLayerBytes(layer: ImageLayer): LayerBytes {
  const hash = newHash();
  let bytes = 0;
  const seen = (chunk: Uint8Array): Uint8Array => {
    bytes += chunk.length;
    hash.update(chunk);
    return chunk;
  };
  async function* streamed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of layer.open()) yield seen(chunk);
  }
  const { file } = layer;
  return {
    chunks: file === undefined ? streamed() : readFileAhead(file, layer.sizeBytes, seen),
    count: () => bytes,
    verify(contentDigest) {
      const digest = digestFrom(hash);
      assertLayer(layer, bytes, contentDigest ?? digest);
      return digest;
    },
  };
}

/**
 * Whether an error while unpacking comes from damage to the stored bytes: then that is the error to report.
 *
 * @throws AppError as {@link LayerBytes.verify}
 */
export async function verifyStoredBytes(layer: ImageLayer): Promise<void> {
  const bytes = readLayerBytes(layer);
  for await (const chunk of bytes.chunks) void chunk;
  bytes.verify();
}

/** What compressed the layer; `sniff` is left where the bytes cannot be looked at twice. */
export async function compressionOf({ compression, file, sizeBytes }: ImageLayer): Promise<ImageLayer['compression']> {
  if (compression !== 'sniff' || file === undefined) return compression;
  await using handle = await open(file.path);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(16), 0, Math.min(16, sizeBytes), file.offset);
  return sniffCompression(buffer.subarray(0, bytesRead));
}

/** An error that is no `AppError` yet (of the file system, of a connection) with the layer named. */
export function layerError(layer: ImageLayer, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return fail('LAYER_UNREADABLE', `the layer cannot be read: ${reason}`, { place: { file: layer.digest }, cause });
}

async function* readFileAhead(
  file: { readonly path: string; readonly offset: number },
  sizeBytes: number,
  seen: (chunk: Uint8Array) => Uint8Array,
): AsyncGenerator<Uint8Array> {
  await using handle = await open(file.path);
  const length = Math.min(CHUNK_BYTES, Math.max(sizeBytes, 1));
  const buffers = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)] as const;
  let offset = 0;
  let turn: 0 | 1 = 0;
  const readNext = async (): Promise<Uint8Array> => {
    const buffer = buffers[turn];
    turn = turn === 0 ? 1 : 0;
    const { bytesRead } = await handle.read(buffer, 0, Math.min(length, sizeBytes - offset), file.offset + offset);
    offset += bytesRead;
    return seen(buffer.subarray(0, bytesRead));
  };
  let next = readNext();
  try {
    for (;;) {
      const chunk = await next;
      if (chunk.length === 0) return;
      next = readNext();
      yield chunk;
    }
  } finally {
    // A reading that was begun ends before the file is closed.
    await next.catch(() => undefined);
  }
}

function assertLayer(layer: ImageLayer, bytes: number, digest: Digest): void {
  const place = { file: layer.digest };
  if (bytes < layer.sizeBytes) {
    throw fail('LAYER_TRUNCATED', `the layer ends after ${bytes} of ${layer.sizeBytes} bytes`, { place });
  }
  if (digest !== layer.digest) {
    throw fail('LAYER_DIGEST_MISMATCH', `the bytes of the layer have the digest ${digest}`, { place });
  }
}
