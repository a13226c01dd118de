import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type TarMember, writeTar } from '@stella-ops/engine-archive';
import { AppError, canonicalBytes, compareText, EXIT, parseDigest } from '@stella-ops/engine-kernel';
import { readExtent, streamExtent } from './extent.ts';
import type { ImageStore } from './image-store.ts';
import { blobMember, IMAGE_NAME, readLayoutIndex } from './layout-format.ts';
import { openLayoutStore } from './layout-store.ts';
import { MAX_DOCUMENT_BYTES } from './manifest.ts';
import { documentKind } from './media-types.ts';
import { folderMembers } from './members.ts';
import { resolveImage } from './resolve-image.ts';
import type { Descriptor } from './types.ts';
import { verified } from './verified.ts';

/**
 * An image layout folder as a tar that OCI readers and `docker load` understand: `oci-layout`, `index.json`,
 * `manifest.json` for Docker, then the blobs in order of their digests. Equal layouts give equal bytes. Each blob is
 * hashed on the way; a wrong one ends the stream with an error.
 *
 * `manifest.json` names one platform of each image (the only one, else `linux/amd64`), and no image that is not whole.
 *
 * @throws AppError `OCI_LAYOUT_INVALID`, `OCI_DIGEST_MISMATCH`, and what reading the layout throws
 */
export async function* writeLayoutArchive(folder: string): AsyncGenerator<Uint8Array> {
  yield* writeTar(archiveMembers(folder));
}

async function* archiveMembers(folder: string): AsyncGenerator<TarMember> {
  const members = folderMembers(folder);
  const index = await readLayoutIndex(members);
  for (const name of ['oci-layout', 'index.json']) {
    const extent = await members.find(name);
    if (extent !== undefined) yield { path: name, content: await readExtent(extent, MAX_DOCUMENT_BYTES, name) };
  }
  const store = await openLayoutStore(members, {}, folder);
  yield { path: 'manifest.json', content: canonicalBytes(await dockerEntries(store, index.manifests)) };
  const names = (await readdir(join(folder, 'blobs', 'sha256'))).filter((name) => /^[0-9a-f]{64}$/.test(name));
  for (const name of names.sort(compareText)) {
    const digest = parseDigest(`sha256:${name}`);
    const extent = await members.find(blobMember(digest));
    if (extent === undefined) continue;
    const descriptor = { mediaType: 'application/octet-stream', digest, size: extent.size };
    const content = verified(streamExtent(extent), descriptor, extent.path);
    yield { path: blobMember(digest), size: extent.size, content };
  }
}

/** `manifest.json` as `docker save` writes it, for the images of the layout that are whole. */
async function dockerEntries(store: ImageStore, descriptors: readonly Descriptor[]) {
  const entries = new Map<string, { Config: string; RepoTags: string[]; Layers: string[] }>();
  for (const descriptor of descriptors) {
    if (documentKind(descriptor.mediaType, store.name) === undefined) continue;
    const image = await wholeImage(store, descriptor);
    if (image === undefined) continue;
    const known = entries.get(image.configDigest);
    const name = descriptor.annotations?.[IMAGE_NAME];
    entries.set(image.configDigest, {
      Config: blobMember(image.configDigest),
      RepoTags: [...(known?.RepoTags ?? []), ...(name === undefined ? [] : [name])],
      Layers: image.layers.map((layer) => blobMember(layer.digest)),
    });
  }
  return [...entries.values()];
}

/** Undefined for what Docker could not load: artifacts, foreign layers, images that lack a blob. */
async function wholeImage(store: ImageStore, descriptor: Descriptor) {
  try {
    const image = await resolveImage({ ...store, root: () => Promise.resolve(descriptor) }, undefined);
    return image.layers.some((layer) => layer.isForeign) ? undefined : image;
  } catch (error) {
    if (error instanceof AppError && error.exit !== EXIT.verification) return undefined;
    throw error;
  }
}
