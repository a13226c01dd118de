import { sniffCompression, SNIFF_BYTES } from '@stella-ops/engine-archive';
import { canonicalBytes, digestFrom, digestOf, newHash } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import type { ImageStore } from './image-store.ts';
import { parseDocument } from './manifest.ts';
import { OCI_CONFIG, OCI_LAYER, OCI_MANIFEST } from './media-types.ts';
import type { Descriptor, Image, ImageLayer } from './types.ts';

/**
 * The store of one image that was opened already. An image without a manifest (an old docker-archive) gets one: its
 * config as it is, its layers as they are stored, so that equal archives give equal digests.
 */
export async function storeOfImage(image: Image): Promise<ImageStore> {
  const layers: { readonly descriptor: Descriptor; readonly layer: ImageLayer }[] = [];
  for (const layer of image.layers) {
    const stored = { mediaType: layer.mediaType, digest: layer.digest, size: layer.sizeBytes };
    layers.push({ descriptor: image.manifest === undefined ? await describeLayer(layer) : stored, layer });
  }
  const bytes =
    image.manifest ??
    canonicalBytes({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: { mediaType: OCI_CONFIG, digest: image.configDigest, size: image.config.length },
      layers: layers.map((one) => one.descriptor),
    });
  const digest = digestOf(bytes);
  const documents = new Map<string, Uint8Array>([
    [digest, bytes],
    [image.configDigest, image.config],
  ]);
  const { mediaType } = parseDocument(bytes, undefined, image.name);
  const missing = (descriptor: Descriptor) =>
    fail('OCI_BLOB_MISSING', `the blob ${descriptor.digest} is not here`, { place: { file: image.name } });
  return {
    name: image.name,
    root: () => Promise.resolve({ mediaType, digest, size: bytes.length }),
    async read(descriptor) {
      const document = documents.get(descriptor.digest);
      if (document === undefined) throw missing(descriptor);
      return document;
    },
    async *stream(descriptor) {
      const document = documents.get(descriptor.digest);
      const found = layers.find((one) => one.descriptor.digest === descriptor.digest);
      if (document !== undefined) yield document;
      else if (found !== undefined) yield* found.layer.open();
      else throw missing(descriptor);
    },
    locate: () => Promise.resolve(undefined),
    referrers: () => Promise.resolve([]),
    close: () => image.close(),
  };
}

async function describeLayer(layer: ImageLayer): Promise<Descriptor> {
  const hash = newHash();
  let size = 0;
  let head = Buffer.alloc(0);
  for await (const chunk of layer.open()) {
    if (head.length < SNIFF_BYTES) head = Buffer.concat([head, chunk.subarray(0, SNIFF_BYTES)]);
    hash.update(chunk);
    size += chunk.length;
  }
  const compression = sniffCompression(head);
  const mediaType = compression === 'none' ? OCI_LAYER : `${OCI_LAYER}+${compression}`;
  return { mediaType, digest: digestFrom(hash), size };
}
