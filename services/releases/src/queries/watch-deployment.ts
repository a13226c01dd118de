import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { isUnderWay } from '../domain/deployment-states.ts';
import { readDeployment } from './deployments.ts';
import { followVersions } from './follow-versions.ts';

/** Follows a deployment: its whole state at each version that is seen, until it has ended. */
export async function watchDeployment(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.watchDeployment>,
  { caller, lastEventId }: RequestContext,
) {
  const read = () => readDeployment(deps, caller.tenantId, params.deploymentId);
  // What cannot be read is a 404, not a stream that breaks off.
  await read();
  return {
    status: 200 as const,
    body: (signal: AbortSignal) =>
      followVersions(deps.host, 'deployment', read, ({ state }) => !isUnderWay(state), lastEventId, signal),
  };
}
