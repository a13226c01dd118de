import type { Deployment } from '@stella-ops/contracts/deployments';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import type { Change } from '@stella-ops/platform/service';
import { deploymentViewOf } from '../deployment-view.ts';
import { mustFindDeployment } from '../deployment/begin-deployment.ts';
import { type Lane, lockLane } from '../deployment/go-on.ts';
import type { Deps } from '../deps.ts';
import type { Tx } from '../store/tx.ts';

/** Runs what a person does to a deployment under all locks that it may need, and answers with what it is then. */
export async function changeDeployment(
  { host }: Deps,
  context: RequestContext,
  deploymentId: string,
  act: (tx: Tx, lane: Lane, change: Change) => Promise<void>,
): Promise<{ readonly status: 200; readonly body: Deployment; readonly headers: { readonly etag: string } }> {
  return host.change(context, async (tx: Tx, change) => {
    const lane = await lockLane(tx, await mustFindDeployment(tx, deploymentId));
    await act(tx, lane, change);
    const row = await mustFindDeployment(tx, deploymentId);
    const body = await deploymentViewOf(tx, row);
    return { status: 200 as const, body, headers: { etag: etagOfVersion(row.version) } };
  });
}
