import { decodeOrThrow, type Digest, hexOf, parseJson, shape } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import { readExtent } from './extent.ts';
import { type Index, MAX_DOCUMENT_BYTES, parseDocument } from './manifest.ts';
import { OCI_INDEX } from './media-types.ts';
import type { Members } from './members.ts';

/** Tag of an image in a layout (OCI image specification 1.1, "annotations.md"). */
export const REF_NAME = 'org.opencontainers.image.ref.name';
/** Full name of an image in a layout, as containerd and Docker write it. */
export const IMAGE_NAME = 'io.containerd.image.name';
export const LAYOUT_MARK = '{"imageLayoutVersion":"1.0.0"}';

const MARK = shape.object({ imageLayoutVersion: shape.string() }, 'open');

export function blobMember(digest: Digest): string {
  return `blobs/sha256/${hexOf(digest)}`;
}

/**
 * `index.json` of an image layout (OCI image specification 1.1, "image-layout.md").
 *
 * @throws AppError `OCI_LAYOUT_INVALID`, and what {@link parseDocument} throws
 */
export async function readLayoutIndex(members: Members): Promise<Index> {
  const mark = await readMember(members, 'oci-layout');
  const { imageLayoutVersion } = decodeOrThrow(MARK, parseJson(mark, within(members, 'oci-layout')), members.file);
  if (!imageLayoutVersion.startsWith('1.')) {
    throw fail('OCI_LAYOUT_INVALID', `a layout of version ${imageLayoutVersion.slice(0, 20)} is not known`, {
      place: { file: within(members, 'oci-layout') },
    });
  }
  const file = within(members, 'index.json');
  const index = parseDocument(await readMember(members, 'index.json'), OCI_INDEX, file);
  if (index.kind === 'index') return index;
  throw fail('OCI_LAYOUT_INVALID', 'index.json is not an index', { place: { file } });
}

/** `archive.tar:index.json`, the way places name a member. */
export function within(members: Members, name: string): string {
  return `${members.file}:${name}`;
}

async function readMember(members: Members, name: string): Promise<Uint8Array> {
  const extent = await members.find(name);
  if (extent === undefined) {
    throw fail('OCI_LAYOUT_INVALID', `there is no ${name}`, { place: { file: members.file } });
  }
  return readExtent(extent, MAX_DOCUMENT_BYTES, name);
}
