import type { Digest } from '@stella-ops/engine-kernel';
import { type CopyTarget, layoutTarget, registryTarget, type Role } from './copy-target.ts';
import { fail } from './errors.ts';
import type { ImageStore } from './image-store.ts';
import { createLayout } from './layout-writer.ts';
import { parseDocument } from './manifest.ts';
import { documentKind, isForeignLayer } from './media-types.ts';
import { network, type OpenOptions } from './open-image.ts';
import { openStore } from './open-store.ts';
import { parsePlatform } from './platform.ts';
import { formatReference, parseReference } from './reference.ts';
import { registryClient } from './registry/registry-client.ts';
import { resolveManifest } from './resolve-image.ts';
import { type Destination, formatSource, type Source } from './source.ts';
import type { Descriptor } from './types.ts';

/** Index in index in index, and referrers of referrers. */
const MAX_DEPTH = 8;
const MAX_DOCUMENTS = 100_000;

export interface CopyOptions extends OpenOptions {
  /** Copy what hangs on the image by `subject` too: signatures, SBOMs, attestations. */
  readonly referrers?: boolean;
}

export interface CopyResult {
  /** Of the document that the destination now names. */
  readonly digest: Digest;
  readonly mediaType: string;
  /** Manifests and indexes, referrers included. */
  readonly documents: number;
  /** Blobs that were written, and those that were there already. */
  readonly copiedBlobs: number;
  readonly presentBlobs: number;
  readonly copiedBytes: number;
  /** Layers that may not be distributed stay behind. */
  readonly foreignLayers: number;
}

/**
 * Copies an image with all its bytes and digests as they are: the whole index, or with `platform` the manifest of one
 * platform. Every blob is hashed on the way. Children are written before the document that names them.
 *
 * @throws AppError as {@link openImage}; `OCI_WRITE_FAILED`, `OCI_LAYOUT_NOT_EMPTY` and `REGISTRY_*` from the destination
 */
export async function copyImage(source: Source, to: Destination, options: CopyOptions): Promise<CopyResult> {
  const store = await openStore(source, options);
  try {
    const target = await openTarget(source, to, options);
    try {
      return await copy(store, target, options);
    } finally {
      target.close();
    }
  } finally {
    await store.close();
  }
}

async function openTarget(source: Source, to: Destination, options: CopyOptions): Promise<CopyTarget> {
  if (to.kind === 'oci-dir') return layoutTarget(await createLayout(to.path), to.tag, imageName(source));
  const { reference } = to;
  const client = registryClient(reference.registry, network(options, formatSource(to)));
  const isSameRegistry = source.kind === 'registry' && source.reference.registry === reference.registry;
  const mountFrom = isSameRegistry && source.reference.repository !== reference.repository;
  return registryTarget(client, reference, mountFrom ? source.reference.repository : undefined);
}

/** The name under which an engine would load the image again: what it had where it came from. */
function imageName(source: Source): string | undefined {
  const isId = source.kind === 'docker' && /^(?:sha256:)?[0-9a-f]{12,64}$/.test(source.name);
  const reference =
    source.kind === 'registry'
      ? source.reference
      : source.kind === 'docker' && !isId
        ? parseReference(source.name)
        : undefined;
  if (reference?.tag === undefined) return undefined;
  const { registry, repository, tag } = reference;
  return formatReference({ registry, repository, tag });
}

async function copy(store: ImageStore, target: CopyTarget, options: CopyOptions): Promise<CopyResult> {
  const counts = { documents: 0, copiedBlobs: 0, presentBlobs: 0, copiedBytes: 0, foreignLayers: 0 };
  const seen = new Set<Digest>();

  async function copyBlob(descriptor: Descriptor): Promise<void> {
    if (seen.has(descriptor.digest)) return;
    seen.add(descriptor.digest);
    if (isForeignLayer(descriptor.mediaType)) return void counts.foreignLayers++;
    if (await target.hasBlob(descriptor)) return void counts.presentBlobs++;
    await target.putBlob(descriptor, () => store.stream(descriptor));
    counts.copiedBlobs++;
    counts.copiedBytes += descriptor.size;
  }

  async function copyDocument(descriptor: Descriptor, role: Role, depth: number): Promise<void> {
    if (seen.has(descriptor.digest)) return;
    seen.add(descriptor.digest);
    const file = `${store.name}@${descriptor.digest}`;
    if (depth > MAX_DEPTH || ++counts.documents > MAX_DOCUMENTS) {
      throw fail('OCI_INDEX_TOO_DEEP', `more than ${MAX_DEPTH} levels or ${MAX_DOCUMENTS} documents`, {
        place: { file },
      });
    }
    const bytes = await store.read(descriptor);
    const document = parseDocument(bytes, descriptor.mediaType, file);
    const inner = document.kind === 'index' ? document.manifests : [document.config, ...document.layers];
    for (const one of inner) {
      const isDocument = document.kind === 'index' && documentKind(one.mediaType, file) !== undefined;
      await (isDocument ? copyDocument(one, 'child', depth + 1) : copyBlob(one));
    }
    await target.putDocument(descriptor, bytes, role);
    if (options.referrers !== true) return;
    for (const one of await store.referrers(descriptor.digest)) await copyDocument(one, 'referrer', depth + 1);
  }

  const root =
    options.platform === undefined
      ? await store.root(undefined)
      : (await resolveManifest(store, parsePlatform(options.platform))).descriptor;
  await copyDocument(root, 'root', 0);
  return { digest: root.digest, mediaType: root.mediaType, ...counts };
}
