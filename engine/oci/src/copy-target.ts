import type { Digest } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import type { LayoutWriter } from './layout-writer.ts';
import type { Reference } from './reference.ts';
import type { RegistryClient } from './registry/types.ts';
import type { Descriptor } from './types.ts';

/** What a document is to the copy: named by the destination, inside an index, or hung on another by `subject`. */
export type Role = 'root' | 'child' | 'referrer';

/** Where a copy goes. */
export interface CopyTarget {
  hasBlob(descriptor: Descriptor): Promise<boolean>;
  putBlob(descriptor: Descriptor, open: () => AsyncIterable<Uint8Array>): Promise<void>;
  putDocument(descriptor: Descriptor, bytes: Uint8Array, role: Role): Promise<void>;
  close(): void;
}

/** @param name full name for engines that load the layout */
export function layoutTarget(layout: LayoutWriter, tag: string | undefined, name: string | undefined): CopyTarget {
  return {
    hasBlob: (descriptor) => layout.hasBlob(descriptor),
    putBlob: (descriptor, open) => layout.putBlob(descriptor, open()),
    async putDocument(descriptor, bytes, role) {
      if (role === 'child') return void (await layout.putBytes(bytes));
      const { mediaType, platform, artifactType } = descriptor;
      const named =
        role === 'root' ? { ...(tag && { tag }), ...(name && { name }), ...(platform && { platform }) } : {};
      await layout.putManifest(bytes, mediaType, { ...named, ...(artifactType && { artifactType }) });
    },
    close() {},
  };
}

/** @param mountFrom a repository of the same registry that has the blobs */
export function registryTarget(
  client: RegistryClient,
  reference: Reference,
  mountFrom: string | undefined,
): CopyTarget {
  const { repository } = reference;
  return {
    hasBlob: (descriptor) => client.hasBlob(repository, descriptor.digest),
    putBlob: (descriptor, open) =>
      client.putBlob({ repository, descriptor, open, ...(mountFrom === undefined ? {} : { mountFrom }) }),
    async putDocument(descriptor, bytes, role) {
      const isRoot = role === 'root';
      if (isRoot) assertDigest(descriptor.digest, reference);
      const name = isRoot ? (reference.tag ?? descriptor.digest) : descriptor.digest;
      await client.putManifest(repository, name, bytes, descriptor.mediaType);
    },
    close: () => client.close(),
  };
}

function assertDigest(found: Digest, { digest, repository }: Reference): void {
  if (digest === undefined || digest === found) return;
  throw fail('OCI_DIGEST_MISMATCH', `the destination names ${digest}, the image is ${found}`, {
    place: { file: repository },
    details: { expected: digest, found },
  });
}
