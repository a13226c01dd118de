import { gzipSync } from 'node:zlib';
import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import { OCI_CONFIG, OCI_INDEX, OCI_LAYER, OCI_MANIFEST } from '@stella-ops/engine-oci';
import { type FakeRegistry, tarOf } from '@stella-ops/testkit';

/** A layer of one Debian system with one package, which makes its digest its own. */
export function layerOf(packageName: string, version = '1.0-1'): Buffer {
  return tarOf([
    { path: 'etc/os-release', body: 'ID=debian\nVERSION_ID="12"\n' },
    {
      path: 'var/lib/dpkg/status',
      body: `Package: ${packageName}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\nMaintainer: Nobody <nobody@shop.example>\n\n`,
    },
  ]);
}

export interface PushedImage {
  readonly manifest: Digest;
  readonly config: Digest;
  readonly layer: Digest;
}

/** Puts an image of one layer into a registry, as a push would leave it there. */
export function push(
  registry: FakeRegistry,
  repository: string,
  plainLayer: Buffer,
  options: { readonly tag?: string; readonly architecture?: string } = {},
): PushedImage {
  const layer = gzipSync(plainLayer);
  const config = canonicalBytes({
    architecture: options.architecture ?? 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [digestOf(plainLayer)] },
  });
  for (const blob of [layer, config]) registry.blobs.set(digestOf(blob), blob);
  const manifest = canonicalBytes({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: { mediaType: OCI_CONFIG, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: `${OCI_LAYER}+gzip`, digest: digestOf(layer), size: layer.length }],
  });
  const digest = digestOf(manifest);
  registry.manifests.set(`${repository}@${digest}`, { bytes: manifest, mediaType: OCI_MANIFEST });
  if (options.tag !== undefined) registry.tags.set(`${repository}:${options.tag}`, digest);
  return { manifest: digest, config: digestOf(config), layer: digestOf(layer) };
}

/** An index over images that were pushed, with an attestation beside them as build tools leave it. */
export function pushIndex(
  registry: FakeRegistry,
  repository: string,
  tag: string,
  images: readonly { readonly image: PushedImage; readonly architecture: string }[],
): Digest {
  const described = images.map(({ image, architecture }) => {
    const bytes = registry.manifests.get(`${repository}@${image.manifest}`)?.bytes;
    return {
      mediaType: OCI_MANIFEST,
      digest: image.manifest,
      size: bytes?.length ?? 1,
      platform: { os: 'linux', architecture },
    };
  });
  const attestation = {
    mediaType: OCI_MANIFEST,
    digest: digestOf('an attestation that nobody has'),
    size: 10,
    platform: { os: 'unknown', architecture: 'unknown' },
  };
  const bytes = canonicalBytes({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [...described, attestation] });
  const digest = digestOf(bytes);
  registry.manifests.set(`${repository}@${digest}`, { bytes, mediaType: OCI_INDEX });
  registry.tags.set(`${repository}:${tag}`, digest);
  return digest;
}
