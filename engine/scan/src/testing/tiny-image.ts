import { digestOf, digestOfJson } from '@stella-ops/engine-kernel';
import type { Image, ImageLayer } from '@stella-ops/engine-oci';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type TinyEntry, tinyTar } from './tiny-tar.ts';

type Compression = 'none' | 'gzip' | 'zstd';

const COMPRESSORS: Readonly<Record<Compression, (bytes: Buffer) => Buffer>> = {
  none: (bytes) => bytes,
  gzip: (bytes) => gzipSync(bytes, { level: 1 }),
  zstd: (bytes) => zstdCompressSync(bytes),
};

/** A layer in memory, lowest chunk size of real connections included. */
export function tinyLayer(tar: Buffer, compression: Compression = 'gzip', more: Partial<ImageLayer> = {}): ImageLayer {
  const stored = COMPRESSORS[compression](tar);
  return {
    digest: digestOf(stored),
    digestIsDiffId: false,
    diffId: digestOf(tar),
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    sizeBytes: stored.length,
    compression,
    isForeign: false,
    open: () => chunksOf(stored),
    ...more,
  };
}

export function tinyImage(layers: readonly (readonly TinyEntry[] | ImageLayer)[]): Image {
  const read = layers.map((layer) => ('digest' in layer ? layer : tinyLayer(tinyTar(layer))));
  return {
    name: 'test',
    configDigest: digestOfJson(read.map(({ digest }) => digest)),
    platform: { os: 'linux', architecture: 'amd64' },
    layers: read,
    config: Buffer.from('{}'),
    close: () => Promise.resolve(),
  };
}

async function* chunksOf(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1400) yield bytes.subarray(at, at + 1400);
}
