import type { Client } from '@stella-ops/contracts';
import { type Decision, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { type Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { type Image, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { AppError } from '@stella-ops/engine-kernel/errors';
import type { PinnedImage } from '../domain/risk/pair-images.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';

/** What other services know, asked on behalf of a caller. */
export interface Neighbours {
  /** @throws AppError `NOT_FOUND` */
  readonly release: (releaseId: string) => Promise<Release>;
  /** Undefined: it was not scanned. */
  readonly image: (pinned: PinnedImage) => Promise<Image | undefined>;
  readonly decision: (decisionId: string) => Promise<Decision | undefined>;
}

export function neighbours({ host }: Parts, tenantId: string, onBehalfOf: string): Neighbours {
  const acting = { tenantId, service: 'findings', onBehalfOf };
  const releases = host.client(RELEASES_ROUTES, { ...acting, scopes: ['release.read'] });
  const scanner = host.client(SCANNER_ROUTES, { ...acting, scopes: ['scanner.read'] });
  const policy = host.client(POLICY_ROUTES, { ...acting, scopes: ['policy.read'] });
  return {
    release: async (releaseId) => {
      const found = await orNothing(() => releases.getRelease({ params: { releaseId } }));
      if (found === undefined) throw fail('NOT_FOUND', `there is no release ${releaseId}`);
      return found.body;
    },
    image: async ({ manifestDigest, configDigest }) => {
      const byManifest = await imageBy(scanner, manifestDigest);
      // An archive that was uploaded has no manifest of a registry: its image is known by the config.
      return byManifest ?? (configDigest === null ? undefined : imageBy(scanner, configDigest));
    },
    decision: async (decisionId) => (await orNothing(() => policy.getDecision({ params: { decisionId } })))?.body,
  };
}

const imageBy = async (scanner: Client<typeof SCANNER_ROUTES>, imageDigest: string): Promise<Image | undefined> =>
  (await orNothing(() => scanner.getImage({ params: { imageDigest } })))?.body;

async function orNothing<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof AppError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}
