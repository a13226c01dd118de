import {
  AppError,
  decodeOrThrow,
  type Digest,
  digestOf,
  EXIT,
  isDigest,
  parseJson,
  shape,
} from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { readExtent, streamExtent } from './extent.ts';
import { type ImageConfig, parseImageConfig } from './image-config.ts';
import { isSameName } from './image-name.ts';
import { readLayoutIndex, within } from './layout-format.ts';
import { openLayoutStore, type Selector } from './layout-store.ts';
import { MAX_DOCUMENT_BYTES, MAX_LAYERS } from './manifest.ts';
import { DOCKER_LAYER, documentKind } from './media-types.ts';
import type { Members } from './members.ts';
import { assertPlatform, resolveImage } from './resolve-image.ts';
import type { Image, ImageLayer, Platform } from './types.ts';

const ENTRIES = shape.array(
  shape.object(
    {
      Config: shape.string({ min: 1, max: 1024 }),
      RepoTags: shape.optional(shape.either(shape.array(shape.string({ max: 1024 })), shape.literal(null))),
      Layers: shape.optional(shape.either(shape.array(shape.string({ max: 1024 })), shape.literal(null))),
    },
    'open',
  ),
  { max: 10_000 },
);
interface Entry {
  readonly config: string;
  readonly tags: readonly string[];
  readonly layers: readonly string[];
}
interface Found extends Entry {
  readonly configBytes: Uint8Array;
  readonly configDigest: Digest;
}

/**
 * One image out of what `docker save` writes, old or new. When the archive holds an OCI layout too and the same image
 * is whole in it, that is read instead: only there is a manifest, and so the digest under which the world knows it.
 *
 * @throws AppError `OCI_ARCHIVE_INVALID`, `OCI_TAG_NEEDED`, `OCI_TAG_NOT_FOUND`, `OCI_BLOB_MISSING`,
 *   `OCI_DIGEST_MISMATCH`, `OCI_PLATFORM_NOT_FOUND`, `OCI_TOO_MANY_LAYERS`
 */
export async function openDockerArchive(
  members: Members,
  selector: Selector,
  wanted: Platform | undefined,
  name: string,
): Promise<Image> {
  const entry = await selectEntry(members, await readEntries(members), selector);
  const configFile = within(members, entry.config);
  if (entry.layers.length > MAX_LAYERS) {
    throw fail('OCI_TOO_MANY_LAYERS', `${entry.layers.length} layers are over the limit of ${MAX_LAYERS}`, {
      place: { file: within(members, 'manifest.json') },
    });
  }
  const config = parseImageConfig(entry.configBytes, entry.layers.length, configFile);
  assertPlatform(config.platform, wanted, configFile);
  const whole = await openFromLayout(members, entry.configDigest, config.platform, name);
  if (whole !== undefined) return whole;
  const layers: ImageLayer[] = [];
  for (const [i, layer] of entry.layers.entries()) layers.push(await readLayer(members, layer, config.diffIds[i]));
  return {
    name,
    configDigest: entry.configDigest,
    platform: config.platform,
    layers,
    config: entry.configBytes,
    close: () => members.close(),
  };
}

async function readEntries(members: Members): Promise<Entry[]> {
  const file = within(members, 'manifest.json');
  const extent = await members.find('manifest.json');
  if (extent === undefined) {
    throw fail('OCI_ARCHIVE_INVALID', 'there is no manifest.json', { place: { file: members.file } });
  }
  const value = parseJson(await readExtent(extent, MAX_DOCUMENT_BYTES, 'manifest.json'), file);
  return decodeOrThrow(ENTRIES, value, file).map((read) => ({
    config: read.Config,
    tags: read.RepoTags ?? [],
    layers: read.Layers ?? [],
  }));
}

async function selectEntry(members: Members, entries: readonly Entry[], selector: Selector): Promise<Found> {
  const { tag, digest } = selector;
  const place = { file: within(members, 'manifest.json') };
  const named = tag === undefined ? entries : entries.filter((one) => one.tags.some((name) => isTagged(name, tag)));
  const configs = new Map(named.map((one) => [one.config, one]));
  if (digest === undefined && configs.size > 1) {
    throw fail('OCI_TAG_NEEDED', `there are ${configs.size} images here: ${listTags(entries)}`, { place });
  }
  for (const entry of configs.values()) {
    const configBytes = await readConfig(members, entry.config);
    const configDigest = digestOf(configBytes);
    if (digest === undefined || digest === configDigest) return { ...entry, configBytes, configDigest };
  }
  const sought = tag ?? digest;
  if (sought === undefined) throw fail('OCI_ARCHIVE_INVALID', 'manifest.json names no image', { place });
  throw fail('OCI_TAG_NOT_FOUND', `nothing here is named "${sought.slice(0, 200)}"; there is ${listTags(entries)}`, {
    place,
  });
}

function isTagged(name: string, asked: string): boolean {
  return isSameName(name, asked) || name.slice(name.lastIndexOf(':') + 1) === asked;
}

/** The config is named by its digest, `<hex>.json` or `blobs/sha256/<hex>`: a name that is one must be right. */
async function readConfig(members: Members, name: string): Promise<Uint8Array> {
  const extent = await members.find(memberName(name));
  const place = { file: within(members, name) };
  if (extent === undefined) throw fail('OCI_BLOB_MISSING', 'the config of the image is not here', { place });
  const bytes = await readExtent(extent, MAX_DOCUMENT_BYTES, name);
  const expected = `sha256:${name.slice(name.lastIndexOf('/') + 1).replace(/\.json$/, '')}`;
  const found = digestOf(bytes);
  if (isDigest(expected) && expected !== found) {
    throw fail('OCI_DIGEST_MISMATCH', `the bytes of ${expected} have the digest ${found}`, {
      place,
      details: { expected, found },
    });
  }
  return bytes;
}

/** The image with this config in the archive's layout, when layout and image are whole. */
async function openFromLayout(
  members: Members,
  configDigest: Digest,
  platform: Platform,
  name: string,
): Promise<Image | undefined> {
  if ((await members.find('oci-layout')) === undefined || (await members.find('index.json')) === undefined) {
    return undefined;
  }
  const file = within(members, 'index.json');
  const store = await openLayoutStore(members, {}, name);
  for (const descriptor of (await readLayoutIndex(members)).manifests) {
    if (documentKind(descriptor.mediaType, file) === undefined) continue;
    try {
      const image = await resolveImage({ ...store, root: () => Promise.resolve(descriptor) }, platform);
      if (image.configDigest === configDigest) return image;
    } catch (error) {
      // Thin, for another platform, or no image: not what we look for. What was tampered with stays an error.
      const isOther = error instanceof AppError && error.exit !== EXIT.verification;
      if (!isOther) throw error;
    }
  }
  return undefined;
}

async function readLayer(
  members: Members,
  name: string,
  diffId: ImageConfig['diffIds'][number] | undefined,
): Promise<ImageLayer> {
  const extent = await members.find(memberName(name));
  if (extent === undefined || diffId === undefined) {
    throw fail('OCI_BLOB_MISSING', 'a layer of the image is not here', { place: { file: within(members, name) } });
  }
  // New archives name layers by the digest of the stored bytes; in older ones only the diff id is known.
  const named = `sha256:${name.startsWith('blobs/sha256/') ? name.slice('blobs/sha256/'.length) : ''}`;
  const digest = isDigest(named) ? named : diffId;
  return {
    digest,
    digestIsDiffId: digest === diffId,
    diffId,
    mediaType: DOCKER_LAYER,
    sizeBytes: extent.size,
    compression: 'sniff',
    isForeign: false,
    file: { path: extent.path, offset: extent.offset },
    open: () => streamExtent(extent),
  };
}

function memberName(name: string): string {
  return name.startsWith('./') ? name.slice(2) : name;
}

function listTags(entries: readonly Entry[]): string {
  const names = entries.flatMap((one) => (one.tags.length > 0 ? one.tags : [one.config]));
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown || 'nothing';
}
