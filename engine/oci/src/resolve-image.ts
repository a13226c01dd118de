import { fail } from './errors.ts';
import { type Extent, streamExtent } from './extent.ts';
import { type ImageConfig, parseImageConfig } from './image-config.ts';
import type { ImageStore } from './image-store.ts';
import { type Manifest, parseDocument } from './manifest.ts';
import { isImageConfig, layerKind } from './media-types.ts';
import { choosePlatform, formatPlatform, isPlatform } from './platform.ts';
import type { Descriptor, Image, ImageLayer, Platform } from './types.ts';

/** index → index → manifest is as deep as real images go. */
const MAX_INDEX_DEPTH = 4;

interface Resolved {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  readonly manifest: Manifest;
  readonly indexDigest?: Descriptor['digest'];
}

/**
 * Follows a store's root to the manifest of one platform. Every document is compared with size and digest on the way.
 *
 * @throws AppError `OCI_PLATFORM_NOT_FOUND`, `OCI_INDEX_TOO_DEEP`, and what reading and parsing throw
 */
export async function resolveManifest(store: ImageStore, wanted: Platform | undefined): Promise<Resolved> {
  const root = await store.root(wanted);
  let descriptor = root;
  for (let depth = 0; depth < MAX_INDEX_DEPTH; depth++) {
    const file = `${store.name}@${descriptor.digest}`;
    const bytes = await store.read(descriptor);
    const document = parseDocument(bytes, descriptor.mediaType, file);
    if (document.kind === 'manifest') {
      return { descriptor, bytes, manifest: document, ...(depth === 0 ? {} : { indexDigest: root.digest }) };
    }
    descriptor = choosePlatform(document.manifests, wanted, file);
  }
  throw fail('OCI_INDEX_TOO_DEEP', `more than ${MAX_INDEX_DEPTH} indexes inside each other`, {
    place: { file: store.name },
  });
}

/**
 * One image out of a store, with its layers where they are. The image takes the store over and closes it.
 *
 * @throws AppError `OCI_NOT_AN_IMAGE`, `OCI_MEDIA_TYPE_UNKNOWN`, `OCI_BLOB_MISSING`, `OCI_SIZE_MISMATCH`,
 *   `OCI_MANIFEST_INVALID`, and what {@link resolveManifest} throws
 */
export async function resolveImage(store: ImageStore, wanted: Platform | undefined): Promise<Image> {
  const { descriptor, bytes, manifest, indexDigest } = await resolveManifest(store, wanted);
  const file = `${store.name}@${descriptor.digest}`;
  if (!isImageConfig(manifest.config.mediaType)) {
    const type = manifest.artifactType ?? manifest.config.mediaType;
    throw fail('OCI_NOT_AN_IMAGE', `the manifest is of the type "${type.slice(0, 120)}"`, { place: { file } });
  }
  const config = await store.read(manifest.config);
  const configFile = `${store.name}@${manifest.config.digest}`;
  const { platform, diffIds } = parseImageConfig(config, manifest.layers.length, configFile);
  assertPlatform(platform, wanted, configFile);
  const layers: ImageLayer[] = [];
  for (const [i, layer] of manifest.layers.entries()) {
    const kind = layerKind(layer.mediaType, file, `/layers/${i}/mediaType`);
    const extent = kind.isForeign ? undefined : await store.locate(layer);
    layers.push(makeLayer(store, layer, kind, diffIds[i], extent, file));
  }
  return {
    name: store.name,
    manifestDigest: descriptor.digest,
    ...(indexDigest === undefined ? {} : { indexDigest }),
    configDigest: manifest.config.digest,
    platform,
    layers,
    manifest: bytes,
    config,
    close: () => store.close(),
  };
}

/** @throws AppError `OCI_PLATFORM_NOT_FOUND` */
export function assertPlatform(found: Platform, wanted: Platform | undefined, file: string): void {
  if (wanted === undefined || isPlatform(found, wanted)) return;
  throw fail(
    'OCI_PLATFORM_NOT_FOUND',
    `there is no image for ${formatPlatform(wanted)} here; this one is for ${formatPlatform(found)}`,
    { place: { file }, details: { platforms: [formatPlatform(found)] } },
  );
}

function makeLayer(
  store: ImageStore,
  layer: Descriptor,
  kind: ReturnType<typeof layerKind>,
  diffId: ImageConfig['diffIds'][number] | undefined,
  extent: Extent | undefined,
  file: string,
): ImageLayer {
  const open = () => {
    if (kind.isForeign) {
      throw fail('OCI_LAYER_FOREIGN', `the layer ${layer.digest} is foreign`, { place: { file } });
    }
    return extent === undefined ? store.stream(layer) : streamExtent(extent);
  };
  return {
    digest: layer.digest,
    digestIsDiffId: false,
    ...(diffId === undefined ? {} : { diffId }),
    mediaType: layer.mediaType,
    sizeBytes: layer.size,
    ...kind,
    ...(extent === undefined ? {} : { file: { path: extent.path, offset: extent.offset } }),
    open,
  };
}
