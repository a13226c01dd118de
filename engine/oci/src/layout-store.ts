import { type Digest, sortedUnique } from '@stella-ops/engine-kernel';
import { describeReferrer } from './describe-referrer.ts';
import { fail } from './errors.ts';
import { type Extent, readExtent, streamExtent } from './extent.ts';
import { isSameName } from './image-name.ts';
import { assertSize, type ImageStore, verifyBytes } from './image-store.ts';
import { blobMember, IMAGE_NAME, readLayoutIndex, REF_NAME, within } from './layout-format.ts';
import { type Index, type Manifest, MAX_DOCUMENT_BYTES, parseDocument } from './manifest.ts';
import { documentKind, isImageConfig } from './media-types.ts';
import type { Members } from './members.ts';
import { choosePlatform, isAttestation } from './platform.ts';
import type { Descriptor, Platform } from './types.ts';

/** Which image of a layout or archive. Neither: the only one. */
export interface Selector {
  /** A tag, or a whole reference. */
  readonly tag?: string;
  readonly digest?: Digest;
}

/**
 * An OCI image layout in a folder or an archive.
 *
 * @throws AppError `OCI_LAYOUT_INVALID`; its methods throw `OCI_TAG_NOT_FOUND`, `OCI_TAG_NEEDED`, `OCI_BLOB_MISSING`,
 *   `OCI_SIZE_MISMATCH`, `OCI_DIGEST_MISMATCH`, `OCI_TOO_LARGE`
 */
export async function openLayoutStore(members: Members, selector: Selector, name: string): Promise<ImageStore> {
  const index = await readLayoutIndex(members);
  const indexFile = within(members, 'index.json');
  let subjects: Promise<ReadonlyMap<Digest, readonly Descriptor[]>> | undefined;

  const locate = async (descriptor: Descriptor): Promise<Extent> => {
    const member = blobMember(descriptor.digest);
    const extent = await members.find(member);
    if (extent === undefined) {
      throw fail('OCI_BLOB_MISSING', `the blob ${descriptor.digest} is not here`, {
        place: { file: within(members, member) },
      });
    }
    assertSize(extent.size, descriptor, within(members, member));
    return extent;
  };
  const read = async (descriptor: Descriptor): Promise<Uint8Array> => {
    const bytes = await readExtent(await locate(descriptor), MAX_DOCUMENT_BYTES, descriptor.digest);
    verifyBytes(bytes, descriptor, within(members, blobMember(descriptor.digest)));
    return bytes;
  };
  const document = async (descriptor: Descriptor): Promise<Manifest | Index> => {
    const file = within(members, blobMember(descriptor.digest));
    return parseDocument(await read(descriptor), descriptor.mediaType, file);
  };

  return {
    name,
    root: (wanted) => selectRoot(index, selector, wanted, document, indexFile),
    read,
    async *stream(descriptor) {
      yield* streamExtent(await locate(descriptor));
    },
    locate,
    async referrers(digest, artifactType) {
      const found = (await (subjects ??= groupBySubject(index, document))).get(digest) ?? [];
      return found.filter((one) => artifactType === undefined || one.artifactType === artifactType);
    },
    close: () => members.close(),
  };
}

type ReadDocument = (descriptor: Descriptor) => Promise<Manifest | Index>;

async function selectRoot(
  index: Index,
  selector: Selector,
  wanted: Platform | undefined,
  document: ReadDocument,
  file: string,
): Promise<Descriptor> {
  const isDocument = (one: Descriptor) => documentKind(one.mediaType, file) !== undefined;
  const documents = index.manifests.filter(isDocument);
  const named = selector.tag === undefined ? documents : documents.filter((one) => isNamed(one, selector.tag ?? ''));
  if (selector.tag !== undefined && named.length === 0) throw tagNotFound(index, selector.tag, file);
  if (selector.digest !== undefined) return findDigest(named, selector.digest, document, file);

  const candidates = uniqueByDigest(named);
  const images = candidates.length <= 1 ? candidates : await onlyImages(candidates, document);
  const [only] = images;
  if (only === undefined) throw fail('OCI_NOT_AN_IMAGE', 'there is no image in this layout', { place: { file } });
  if (images.length === 1) return only;
  // Some builders list the platforms of one image in index.json itself.
  const names = sortedUnique(images.map((one) => one.annotations?.[REF_NAME] ?? ''));
  if (names.length === 1 && images.every((one) => one.platform !== undefined)) {
    return choosePlatform(images, wanted, file);
  }
  throw fail('OCI_TAG_NEEDED', `there are ${images.length} images here: ${listTags(index)}`, { place: { file } });
}

function isNamed(descriptor: Descriptor, tag: string): boolean {
  const names = [annotation(descriptor, REF_NAME), annotation(descriptor, IMAGE_NAME)];
  return names.some((name) => name !== undefined && isSameName(name, tag));
}

/** A digest may name a descriptor of index.json, or a platform one index further down. */
async function findDigest(
  documents: readonly Descriptor[],
  digest: Digest,
  document: ReadDocument,
  file: string,
): Promise<Descriptor> {
  const top = documents.find((one) => one.digest === digest);
  if (top !== undefined) return top;
  for (const one of uniqueByDigest(documents)) {
    if (documentKind(one.mediaType, file) !== 'index') continue;
    const inner = await document(one);
    const found = inner.kind === 'index' ? inner.manifests.find((child) => child.digest === digest) : undefined;
    if (found !== undefined) return found;
  }
  throw fail('OCI_TAG_NOT_FOUND', `nothing here has the digest ${digest}`, { place: { file } });
}

/** Leaves out what hangs on other manifests (signatures, attestations) and what is no container image. */
async function onlyImages(candidates: readonly Descriptor[], document: ReadDocument): Promise<Descriptor[]> {
  const images: Descriptor[] = [];
  for (const one of candidates) {
    if (isAttestation(one)) continue;
    const read = await document(one);
    const isImage = read.kind === 'index' || isImageConfig(read.config.mediaType);
    if (isImage && read.subject === undefined && read.artifactType === undefined) images.push(one);
  }
  return images;
}

async function groupBySubject(index: Index, document: ReadDocument) {
  const groups = new Map<Digest, Descriptor[]>();
  for (const one of uniqueByDigest(index.manifests)) {
    if (documentKind(one.mediaType, '') === undefined) continue;
    const read = await document(one);
    if (read.subject === undefined) continue;
    const group = groups.get(read.subject.digest) ?? [];
    groups.set(read.subject.digest, [...group, describeReferrer(one, read)]);
  }
  return groups;
}

function uniqueByDigest(descriptors: readonly Descriptor[]): Descriptor[] {
  return [...new Map(descriptors.map((one) => [one.digest, one])).values()];
}

function annotation(descriptor: Descriptor, key: string): string | undefined {
  const { annotations } = descriptor;
  return annotations !== undefined && Object.hasOwn(annotations, key) ? annotations[key] : undefined;
}

function tagNotFound(index: Index, tag: string, file: string) {
  return fail('OCI_TAG_NOT_FOUND', `nothing here is named "${tag.slice(0, 200)}"; there is ${listTags(index)}`, {
    place: { file },
  });
}

function listTags(index: Index): string {
  const tags = sortedUnique(
    index.manifests.map((one) => annotation(one, IMAGE_NAME) ?? annotation(one, REF_NAME) ?? one.digest),
  );
  const shown = tags.slice(0, 20).join(', ');
  return tags.length > 20 ? `${shown} and ${tags.length - 20} more` : shown || 'nothing';
}
