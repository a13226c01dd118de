import type { Release } from '@stella-ops/contracts/releases';
import type { ReleaseImage } from '@stella-ops/engine-compose';
import type { Digest } from '@stella-ops/engine-kernel';
import { isPlatform, parsePlatform } from '@stella-ops/engine-oci';

/**
 * The images of a release for the platform of a target, by component. A component without a fitting one is left out; one
 * whose only image names no platform is taken as it is, and the host sees whether it runs.
 */
export function imagesFor(release: Release, platform: string | null): Record<string, ReleaseImage> {
  const wanted = platform === null ? undefined : parsePlatform(platform);
  const images: Record<string, ReleaseImage> = {};
  for (const { component, repository, platforms } of release.components) {
    const fitting =
      wanted === undefined
        ? platforms
        : platforms.filter((one) => one.platform !== null && isPlatform(parsePlatform(one.platform), wanted));
    const unnamed = platforms.filter((one) => one.platform === null);
    const chosen = fitting[0] ?? (platforms.length === 1 ? unnamed[0] : undefined);
    if (chosen === undefined) continue;
    images[component] = {
      repository,
      manifestDigest: chosen.manifestDigest as Digest,
      configDigest: chosen.configDigest as Digest | null,
      platform: chosen.platform === null ? null : parsePlatform(chosen.platform),
    };
  }
  return images;
}
