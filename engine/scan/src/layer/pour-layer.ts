import { decompress, type TarFault, TarReader, type TarReaderOptions } from '@stella-ops/engine-archive';
import { type Digest, digestFrom, newHash } from '@stella-ops/engine-kernel';
import type { ImageLayer } from '@stella-ops/engine-oci';
import { closeSync, openSync } from 'node:fs';
import { fail } from '../errors.ts';
import type { ScanLimits } from '../types.ts';
import { compressionOf, layerError, readLayerBytes, verifyStoredBytes } from './layer-bytes.ts';
import { readFully, walkPlainTar } from './walk-plain-tar.ts';

export interface PourOptions {
  readonly limits: Required<ScanLimits>;
  /** Hash the uncompressed bytes too, and hold them against the diff id that the config claims. */
  readonly verifyDiffId: boolean;
  /** Pass over the payload of a plain layer in a file instead of hashing it. Nothing may be kept of such a reading. */
  readonly trustPlain: boolean;
}

/** What takes the members of a layer. */
export interface LayerTaker extends Required<Pick<TarReaderOptions, 'onEntry' | 'wants'>> {
  onUnsafe?(fault: TarFault): void;
}

export interface Poured {
  /** Of the uncompressed bytes, where they were hashed. */
  readonly diffId?: Digest;
  /** Stored bytes that were read. */
  readonly bytesRead: number;
}

/**
 * Reads a layer once: stored bytes → digest → uncompressed → tar → taker.
 *
 * @param makeTaker gets a function that reads the uncompressed layer at any offset, where that is possible
 * @throws AppError `LAYER_DIGEST_MISMATCH`, `LAYER_DIFF_ID_MISMATCH`, `LAYER_TRUNCATED`, `LAYER_UNREADABLE`, and those of
 *   `TarReader` and `decompress`, with the layer's digest as file of the place. When damage makes unpacking fail, the
 *   digest is what the error is about.
 */
export async function pourLayer(
  layer: ImageLayer,
  options: PourOptions,
  makeTaker: (readAt?: (offset: number, length: number) => Uint8Array) => LayerTaker,
): Promise<Poured> {
  try {
    const compression = await compressionOf(layer);
    const isTrusted = options.trustPlain && layer.digestIsDiffId && !options.verifyDiffId;
    if (isTrusted && compression === 'none' && layer.file !== undefined) {
      return walkLayer(layer, layer.file, options.limits, makeTaker);
    }
    return await streamLayer(layer, compression, options, makeTaker());
  } catch (cause) {
    const error = layerError(layer, cause);
    if (!error.code.startsWith('LAYER_') && layer.file !== undefined && !layer.digestIsDiffId) {
      await verifyStoredBytes(layer);
    }
    throw error.at({ file: layer.digest });
  }
}

function walkLayer(
  layer: ImageLayer,
  file: NonNullable<ImageLayer['file']>,
  limits: Required<ScanLimits>,
  makeTaker: Parameters<typeof pourLayer>[2],
): Poured {
  const fd = openSync(file.path, 'r');
  try {
    const taker = makeTaker((offset, length) => readFully(fd, file.offset + offset, length));
    return { bytesRead: walkPlainTar(fd, file.offset, layer.sizeBytes, tarReader(layer, taker, limits)) };
  } finally {
    closeSync(fd);
  }
}

async function streamLayer(
  layer: ImageLayer,
  compression: ImageLayer['compression'],
  { limits, verifyDiffId }: PourOptions,
  taker: LayerTaker,
): Promise<Poured> {
  const stored = readLayerBytes(layer);
  const tar = tarReader(layer, taker, limits);
  const isPlain = compression === 'none';
  const contentHash = !isPlain && (verifyDiffId || layer.digestIsDiffId) ? newHash() : undefined;
  const { maxLayerBytes: maxBytes, maxRatio } = limits;
  for await (const chunk of decompress(stored.chunks, compression, { maxBytes, maxRatio, file: layer.digest })) {
    contentHash?.update(chunk);
    tar.write(chunk);
    if (compression === 'gzip' || compression === 'zstd') releaseMemory(chunk);
  }
  tar.end();
  const contentDigest = contentHash && digestFrom(contentHash);
  const digest = stored.verify(layer.digestIsDiffId ? contentDigest : undefined);
  const diffId = isPlain ? digest : contentDigest;
  if (verifyDiffId) assertDiffId(layer, diffId);
  return { ...(diffId !== undefined && { diffId }), bytesRead: stored.count() };
}

function tarReader(layer: ImageLayer, taker: LayerTaker, limits: Required<ScanLimits>): TarReader {
  return new TarReader({
    wants: (type, path, start, end, size) => taker.wants(type, path, start, end, size),
    onEntry: (entry) => taker.onEntry(entry),
    onUnsafe: (fault) => taker.onUnsafe?.(fault),
    limits: { maxEntries: limits.maxEntries, maxTotalBytes: limits.maxLayerBytes },
    file: layer.digest,
  });
}

function assertDiffId(layer: ImageLayer, computed: Digest | undefined): void {
  if (layer.diffId === undefined || computed === layer.diffId) return;
  const sentence = `the content of the layer has the diff id ${computed}, the config says ${layer.diffId}`;
  throw fail('LAYER_DIFF_ID_MISMATCH', sentence, { place: { file: layer.digest } });
}

/** Larger than any pool of small buffers, so that a buffer of this size has one owner. */
const OWN_BUFFER_BYTES = 256 * 1024;

/**
 * Gives the memory of a chunk back at once. The collector would come for it only after some 64 MiB of such buffers, and
 * fresh pages cost more than used ones: this saves half of the memory of a scan and a tenth of its time. Decompressed
 * chunks belong to their receiver; one that ends where its buffer ends is the last that its maker put there.
 */
function releaseMemory({ buffer, byteOffset, length }: Uint8Array): void {
  const isLast = byteOffset + length === buffer.byteLength;
  if (isLast && buffer.byteLength >= OWN_BUFFER_BYTES && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
