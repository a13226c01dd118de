import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  canonicalBytes,
  type Digest,
  digestFrom,
  digestOf,
  isObject,
  newHash,
  parseJson,
  sortedBy,
} from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { readExtent } from './extent.ts';
import { blobMember, IMAGE_NAME, LAYOUT_MARK, readLayoutIndex, REF_NAME } from './layout-format.ts';
import { MAX_DOCUMENT_BYTES } from './manifest.ts';
import { OCI_INDEX } from './media-types.ts';
import { folderMembers } from './members.ts';
import { isTag } from './reference.ts';
import { storageError } from './spool.ts';
import type { Descriptor, Platform } from './types.ts';
import { verified } from './verified.ts';

export interface ManifestEntry {
  /** Under which the image is found; an older image of that tag loses its entry. */
  readonly tag?: string;
  /** Full name with tag, for engines that load the layout. */
  readonly name?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: Platform;
  readonly artifactType?: string;
}

/** Writes into one image layout folder. One writer at a time; readers always see a whole `index.json`. */
export interface LayoutWriter {
  readonly folder: string;
  /** True when the blob is there and its bytes are right. */
  hasBlob(descriptor: Pick<Descriptor, 'digest' | 'size'>): Promise<boolean>;
  /** A stream that is not `descriptor` leaves nothing behind. */
  putBlob(descriptor: Descriptor, source: AsyncIterable<Uint8Array>): Promise<void>;
  /** Bytes of any size that fits into memory. */
  putBytes(bytes: Uint8Array): Promise<{ readonly digest: Digest; readonly size: number }>;
  /** Stores a manifest or index and lists it in `index.json`. What hangs on another manifest by `subject` is listed too. */
  putManifest(bytes: Uint8Array, mediaType: string, entry?: ManifestEntry): Promise<Descriptor>;
}

const INCOMING = '.incoming-';
const isIncoming = (name: string) => name.startsWith(INCOMING);

type Entry = Readonly<Record<string, unknown>>;

/**
 * Opens an image layout for writing (OCI image specification 1.1, "image-layout.md"); a folder that is new or empty
 * becomes one. Files are synced and renamed into place; `index.json` is canonical JSON, ordered by tag and digest.
 *
 * @throws AppError `OCI_LAYOUT_NOT_EMPTY`, `OCI_LAYOUT_INVALID`, `OCI_WRITE_FAILED`; its methods throw
 *   `OCI_SIZE_MISMATCH`, `OCI_DIGEST_MISMATCH`, `OCI_REFERENCE_INVALID`, `OCI_WRITE_FAILED`
 */
export async function createLayout(folder: string): Promise<LayoutWriter> {
  return storing(folder, async () => {
    await prepare(folder);
    return layoutWriter(folder);
  });
}

async function prepare(folder: string): Promise<void> {
  await mkdir(join(folder, 'blobs', 'sha256'), { recursive: true });
  const found = await readdir(folder);
  // What a killed writer left behind.
  for (const name of found.filter(isIncoming)) await rm(join(folder, name), { recursive: true });
  if (found.includes('oci-layout') && found.includes('index.json')) {
    await readLayoutIndex(folderMembers(folder));
    return;
  }
  if (found.some((name) => name !== 'blobs' && name !== 'oci-layout' && !isIncoming(name))) {
    throw fail('OCI_LAYOUT_NOT_EMPTY', 'the folder holds something other than an image layout', {
      place: { file: folder },
    });
  }
  await writeFile(join(folder, 'oci-layout'), LAYOUT_MARK);
  await writeIndex(folder, []);
}

function layoutWriter(folder: string): LayoutWriter {
  const members = folderMembers(folder);
  const writer: LayoutWriter = {
    folder,
    async hasBlob({ digest, size }) {
      const extent = await members.find(blobMember(digest));
      if (extent?.size !== size) return false;
      const hash = newHash();
      for await (const chunk of createReadStream(extent.path)) hash.update(chunk as Uint8Array);
      return digestFrom(hash) === digest;
    },
    putBlob: (descriptor, source) =>
      storing(folder, () =>
        writeFileWhole(folder, blobMember(descriptor.digest), verified(source, descriptor, folder)),
      ),
    async putBytes(bytes) {
      const stored = { digest: digestOf(bytes), size: bytes.length };
      if (!(await writer.hasBlob(stored))) {
        await storing(folder, () => writeFileWhole(folder, blobMember(stored.digest), [bytes]));
      }
      return stored;
    },
    async putManifest(bytes, mediaType, entry = {}) {
      if (entry.tag !== undefined && !isTag(entry.tag)) {
        throw fail('OCI_REFERENCE_INVALID', `"${entry.tag.slice(0, 60)}" is not a tag`);
      }
      const descriptor = describe(mediaType, await writer.putBytes(bytes), entry);
      const kept = (await readEntries(folder)).filter((one) => !isReplaced(one, descriptor));
      await storing(folder, () => writeIndex(folder, [...kept, { ...descriptor }]));
      return descriptor;
    },
  };
  return writer;
}

function describe(mediaType: string, stored: { digest: Digest; size: number }, entry: ManifestEntry): Descriptor {
  const annotations = {
    ...entry.annotations,
    ...(entry.tag === undefined ? {} : { [REF_NAME]: entry.tag }),
    ...(entry.name === undefined ? {} : { [IMAGE_NAME]: entry.name }),
  };
  return {
    mediaType,
    ...stored,
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    ...(entry.platform === undefined ? {} : { platform: entry.platform }),
    ...(entry.artifactType === undefined ? {} : { artifactType: entry.artifactType }),
  };
}

/** An entry gives way to one of the same tag, and without a tag to any of the same digest. */
function isReplaced(entry: Entry, by: Descriptor): boolean {
  const tag = by.annotations?.[REF_NAME];
  const old = tagOf(entry);
  if (old !== undefined) return old === tag;
  return entry['digest'] === by.digest;
}

function tagOf(entry: Entry): string | undefined {
  const annotations = entry['annotations'];
  if (!isObject(annotations) || !Object.hasOwn(annotations, REF_NAME)) return undefined;
  const tag = annotations[REF_NAME];
  return typeof tag === 'string' ? tag : undefined;
}

/** As they are, with members that we do not know: the layout may be somebody else's. */
async function readEntries(folder: string): Promise<Entry[]> {
  const members = folderMembers(folder);
  await readLayoutIndex(members);
  const extent = await members.find('index.json');
  if (extent === undefined) return [];
  const value = parseJson(await readExtent(extent, MAX_DOCUMENT_BYTES, 'index.json'), extent.path);
  const manifests: unknown = isObject(value) ? value['manifests'] : undefined;
  return Array.isArray(manifests) ? manifests.filter(isObject) : [];
}

async function writeIndex(folder: string, entries: readonly Entry[]): Promise<void> {
  const manifests = sortedBy(
    entries,
    (one) => tagOf(one) ?? '',
    (one) => String(one['digest']),
  );
  // Blobs before the index that speaks of them, also after a power cut.
  await syncFolder(join(folder, 'blobs', 'sha256'));
  await writeFileWhole(folder, 'index.json', [canonicalBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests })]);
  await syncFolder(folder);
}

/** Writes beside the place, syncs and renames: nobody ever sees half a file. */
async function writeFileWhole(
  folder: string,
  member: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const incoming = await mkdtemp(join(folder, INCOMING));
  try {
    const path = join(incoming, 'file');
    await using handle = await open(path, 'wx', 0o644);
    for await (const chunk of source) await handle.writeFile(chunk);
    await handle.sync();
    await rename(path, join(folder, member));
  } finally {
    await rm(incoming, { recursive: true, force: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  await using handle = await open(folder);
  await handle.sync();
}

async function storing<T>(folder: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    throw storageError(cause, folder) ?? cause;
  }
}
