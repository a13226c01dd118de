import type { ImageStore } from './image-store.ts';
import { verifyBytes } from './image-store.ts';
import { parseDocument } from './manifest.ts';
import { documentKind } from './media-types.ts';
import { formatReference, type Reference, tagOrDigest } from './reference.ts';
import type { RegistryClient } from './registry/types.ts';
import type { Descriptor } from './types.ts';

/** An image in a registry. The store takes the client over and closes it. */
export function openRegistryStore(client: RegistryClient, reference: Reference): ImageStore {
  const { repository } = reference;
  const name = formatReference(reference);
  // What the root turned out to be is not fetched a second time.
  const fetched = new Map<string, Uint8Array>();
  return {
    name,
    async root(): Promise<Descriptor> {
      const { bytes, digest, mediaType } = await client.getManifest(repository, tagOrDigest(reference));
      fetched.set(digest, bytes);
      const document = parseDocument(bytes, mediaType, name);
      return { mediaType: document.mediaType, digest, size: bytes.length };
    },
    async read(descriptor) {
      const known = fetched.get(descriptor.digest);
      if (known !== undefined) return known;
      if (documentKind(descriptor.mediaType, name) === undefined) return client.readBlob(repository, descriptor);
      const { bytes } = await client.getManifest(repository, descriptor.digest);
      verifyBytes(bytes, descriptor, name);
      return bytes;
    },
    stream: (descriptor) => client.streamBlob(repository, descriptor),
    locate: () => Promise.resolve(undefined),
    referrers: (digest, artifactType) => client.referrers(repository, digest, artifactType),
    close() {
      client.close();
      return Promise.resolve();
    },
  };
}
