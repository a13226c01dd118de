import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import { fail } from './errors.ts';
import type { Extent } from './extent.ts';
import type { Descriptor, Platform } from './types.ts';

/** Something that holds manifests and blobs and was named together with one image in it. */
export interface ImageStore {
  /** As the caller named it, without secrets. */
  readonly name: string;
  /** The manifest or index that the source names. `wanted` decides only where a layout lists platforms side by side. */
  root(wanted: Platform | undefined): Promise<Descriptor>;
  /** A manifest, index or config, whole, compared with its size and digest. */
  read(descriptor: Descriptor): Promise<Uint8Array>;
  /** A blob in order, of the size it should have, not hashed. */
  stream(descriptor: Descriptor): AsyncIterable<Uint8Array>;
  /** Where a blob lies on this machine, of the size it should have; undefined when it is elsewhere. */
  locate(descriptor: Descriptor): Promise<Extent | undefined>;
  /** Manifests whose subject is `digest`; their descriptors carry artifact type and annotations. */
  referrers(digest: Digest, artifactType?: string): Promise<readonly Descriptor[]>;
  close(): Promise<void>;
}

/** @throws AppError `OCI_SIZE_MISMATCH`, `OCI_DIGEST_MISMATCH` */
export function verifyBytes(bytes: Uint8Array, descriptor: Descriptor, file: string): void {
  assertSize(bytes.length, descriptor, file);
  const found = digestOf(bytes);
  if (found !== descriptor.digest) throw digestMismatch(found, descriptor, file);
}

/** @throws AppError `OCI_SIZE_MISMATCH` */
export function assertSize(found: number, descriptor: Descriptor, file: string): void {
  if (found === descriptor.size) return;
  throw fail('OCI_SIZE_MISMATCH', `${descriptor.digest} has ${found} bytes where ${descriptor.size} are named`, {
    place: { file },
    details: { expected: descriptor.size, found },
  });
}

export function digestMismatch(found: Digest, descriptor: Descriptor, file: string) {
  return fail('OCI_DIGEST_MISMATCH', `the bytes of ${descriptor.digest} have the digest ${found}`, {
    place: { file },
    details: { expected: descriptor.digest, found },
  });
}
