import { Id, type Input } from '@stella-ops/contracts';
import type { Deployment, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { Digest } from '@stella-ops/engine-kernel';
import { etagOfVersion, openPage, type RequestContext } from '@stella-ops/platform/http';
import { deploymentSummaries, deploymentViewOf } from '../deployment-view.ts';
import { mustFindDeployment } from '../deployment/begin-deployment.ts';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { listDeployments as list } from '../store/deployments.ts';

export async function listDeployments(
  { host }: Deps,
  { query }: Input<typeof DEPLOYMENTS_ROUTES.listDeployments>,
  { caller }: RequestContext,
) {
  const page = openPage(query, Id);
  const { environment, promotionId } = query;
  const filter = { environment, promotionId, after: page.after, limit: page.take };
  const views = await host.database.withTenant(
    caller.tenantId,
    async (tx) => deploymentSummaries(tx, await list(tx, filter)),
    { isReadOnly: true },
  );
  return { status: 200 as const, body: page.close(views, ({ id }) => id) };
}

export async function getDeployment(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.getDeployment>,
  { caller }: RequestContext,
) {
  const body = await readDeployment(deps, caller.tenantId, params.deploymentId);
  return { status: 200 as const, body, headers: { etag: etagOfVersion(body.version) } };
}

/** @throws AppError `NOT_FOUND` */
export async function readDeployment({ host }: Deps, tenantId: string, id: string): Promise<Deployment> {
  return host.database.withTenant(tenantId, async (tx) => deploymentViewOf(tx, await mustFindDeployment(tx, id)), {
    isReadOnly: true,
  });
}

export async function getDeploymentBundle(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.getDeploymentBundle>,
  { caller }: RequestContext,
) {
  const { bundleDigest } = await readDeployment(deps, caller.tenantId, params.deploymentId);
  if (bundleDigest === null) throw fail('NOT_FOUND', 'the end of the deployment is not signed (yet)');
  const content = await deps.host.objects.tenant(caller.tenantId, 'evidence').open(bundleDigest as Digest);
  if (content === undefined) throw fail('NOT_FOUND', 'the bundle is not kept any more');
  return {
    status: 200 as const,
    body: { contentType: 'application/vnd.dev.sigstore.bundle.v0.3+json', content },
  };
}
