import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { imageDigestsOf } from '../domain/release-digest.ts';
import { environmentsWithReleases, releasesWithDigest, targetsWithDigests } from '../store/where.ts';

/** Where a digest is. An image has several (index, manifest, config): asked for by one, it is found by all of them. */
export async function whereIs(
  { host }: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.whereIs>,
  { caller }: Pick<RequestContext, 'caller'>,
) {
  const { imageDigest } = params;
  const body = await host.database.withTenant(
    caller.tenantId,
    async (tx) => {
      const parts = await releasesWithDigest(tx, imageDigest);
      const environments = await environmentsWithReleases(tx, [...new Set(parts.map(({ id }) => id))]);
      const digests = [...new Set([imageDigest, ...imageDigestsOf(parts)])];
      const targets = await targetsWithDigests(tx, digests);
      return {
        imageDigest,
        releases: parts.map(({ id, release, component, createdAt }) => ({ id, release, component, createdAt })),
        environments,
        targets: targets.map(({ containers, ...target }) => ({
          ...target,
          containers: containers.filter((one) => one.digests.some((digest) => digests.includes(digest))).length,
        })),
      };
    },
    { isReadOnly: true },
  );
  return { status: 200 as const, body };
}
