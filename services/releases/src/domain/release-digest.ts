import { digestOfJson } from '@stella-ops/engine-kernel';
import type { PlatformDigests } from './facts.ts';

export interface PinnedComponent {
  readonly component: string;
  readonly repository: string;
  readonly indexDigest: string | null;
  readonly platforms: readonly PlatformDigests[];
}

/**
 * What approvals bind to: sha256 of the RFC 8785 form of name, version, mode and every digest. The order in which
 * components and platforms were given changes nothing, nor do tags.
 */
export function releaseDigest(
  name: string,
  version: string,
  mode: 'verified' | 'unverified',
  components: readonly PinnedComponent[],
): string {
  return digestOfJson({
    name,
    version,
    mode,
    components: components
      .map(({ component, repository, indexDigest, platforms }) => ({
        component,
        repository,
        indexDigest,
        platforms: platforms
          .map(({ platform, manifestDigest, configDigest }) => ({ platform, manifestDigest, configDigest }))
          .toSorted((a, b) => order(a.manifestDigest, b.manifestDigest)),
      }))
      .toSorted((a, b) => order(a.component, b.component)),
  });
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

/** Every digest by which an image of the release may be named. */
export function imageDigestsOf(components: readonly Pick<PinnedComponent, 'indexDigest' | 'platforms'>[]): string[] {
  const digests = components.flatMap(({ indexDigest, platforms }) => [
    indexDigest,
    ...platforms.flatMap(({ manifestDigest, configDigest }) => [manifestDigest, configDigest]),
  ]);
  return [...new Set(digests.filter((digest) => digest !== null))];
}

/** Digests of the platform manifests: what runs. */
export function manifestDigestsOf(components: readonly Pick<PinnedComponent, 'platforms'>[]): string[] {
  return [...new Set(components.flatMap(({ platforms }) => platforms.map(({ manifestDigest }) => manifestDigest)))];
}

/** The platform that is scanned when nobody chose: `linux/amd64` where there is one. */
export function scannedPlatform(platforms: readonly PlatformDigests[]): PlatformDigests | undefined {
  return platforms.find(({ platform }) => platform === 'linux/amd64') ?? platforms[0];
}
