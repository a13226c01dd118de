import { type Digest, isDigest } from '@stella-ops/engine-kernel';
import { parsePurl } from '@stella-ops/engine-versions';
import type { Subject } from '../types.ts';

/** What a document says it is about. */
export interface DescribedSubject {
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly purl?: string | undefined;
}

/**
 * The subject of an inventory read from a document is the document: its digest is a fact. The image that it claims to
 * describe stands beside it and decides nothing.
 */
export function claimedSubject(from: {
  /** Written by this product into the document. */
  readonly own: Subject | undefined;
  readonly described: DescribedSubject;
  readonly file: string;
  readonly digest: Digest;
}): Subject {
  const { own, described, file, digest } = from;
  if (own === undefined) {
    const describes = imageDigest(described);
    return { kind: 'sbom', name: described.name ?? file, digest, ...(describes !== undefined && { describes }) };
  }
  const describes = own.kind === 'sbom' ? own.describes : own.digest;
  return {
    kind: 'sbom',
    name: own.name,
    digest,
    ...(describes !== undefined && { describes }),
    ...(own.platform !== undefined && { platform: own.platform }),
  };
}

function imageDigest({ version, purl }: DescribedSubject): Digest | undefined {
  const parsed = purl === undefined ? undefined : parsePurl(purl);
  const pinned = parsed?.ok === true && isImageType(parsed.purl.type) ? parsed.purl.version : version;
  return isDigest(pinned) ? pinned : undefined;
}

export function isImageType(type: string): boolean {
  return type === 'oci' || type === 'docker';
}
