import type { Index, Manifest } from './manifest.ts';
import type { Descriptor } from './types.ts';

/** Descriptor of a referrer as the referrers API gives it (OCI distribution specification 1.1, "Listing Referrers"). */
export function describeReferrer(descriptor: Descriptor, read: Manifest | Index): Descriptor {
  const artifactType = read.artifactType ?? (read.kind === 'manifest' ? read.config.mediaType : undefined);
  return {
    mediaType: read.mediaType,
    digest: descriptor.digest,
    size: descriptor.size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(read.annotations === undefined ? {} : { annotations: read.annotations }),
  };
}
