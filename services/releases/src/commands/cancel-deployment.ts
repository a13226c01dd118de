import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import { goOn } from '../deployment/go-on.ts';
import type { Deps } from '../deps.ts';
import { isUnderWay } from '../domain/deployment-states.ts';
import { fail } from '../errors.ts';
import { changeDeployment } from './change-deployment.ts';

/** Begins no more targets; those under way finish. */
export async function cancelDeployment(
  deps: Deps,
  { params, body }: Input<typeof DEPLOYMENTS_ROUTES.cancelDeployment>,
  context: RequestContext,
) {
  return changeDeployment(deps, context, params.deploymentId, async (tx, lane, change) => {
    const { deployment } = lane;
    if (!isUnderWay(deployment.state)) {
      throw fail('DEPLOYMENT_STATE', `the deployment is ${deployment.state}: ${deployment.sentence}`);
    }
    const cancelled = { ...lane, deployment: { ...deployment, isCancelled: true } };
    await goOn(deps, tx, change.tenantId, cancelled, change.at);
    change.audit({ type: 'deployment', id: deployment.id }, { reason: body.reason });
  });
}
