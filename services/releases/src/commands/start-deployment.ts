import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { AppError } from '@stella-ops/engine-kernel/errors';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import { deploymentViewOf } from '../deployment-view.ts';
import { mustFindDeployment } from '../deployment/begin-deployment.ts';
import { GatesUnmet } from '../deployment/gates-now.ts';
import { deployPromotion, startPromotion } from '../deployment/deploy-promotion.ts';
import type { Deps } from '../deps.ts';
import { personOf } from '../person.ts';
import type { Tx } from '../store/tx.ts';

/**
 * Deploys an approved promotion. Its gates are looked at once more; when one is not met it stays approved and says why. What
 * waits for nothing but a service that did not answer is then tried again by itself.
 */
export async function startDeployment(
  deps: Deps,
  { params: { promotionId } }: Input<typeof DEPLOYMENTS_ROUTES.startDeployment>,
  context: RequestContext,
) {
  const { tenantId } = context.caller;
  const startedBy = personOf(context.caller);
  try {
    return await deployPromotion(deps, tenantId, promotionId, context.signal, (ready) =>
      deps.host.change(context, async (tx: Tx, change) => {
        const { id } = ready.prepared;
        await startPromotion(deps, tx, tenantId, ready, { startedBy, reason: '', at: change.at });
        change.audit({ type: 'deployment', id }, { promotionId });
        const row = await mustFindDeployment(tx, id);
        return {
          status: 201 as const,
          body: await deploymentViewOf(tx, row),
          headers: { etag: etagOfVersion(row.version) },
        };
      }),
    );
  } catch (error) {
    const isPassing = error instanceof AppError && error.cause instanceof GatesUnmet && error.cause.isPassing;
    if (isPassing) {
      await deps.host.database.withTenant(tenantId, (tx) =>
        deps.host.jobs.enqueue(tx, deps.jobs.deployPromotion, tenantId, { promotionId, because: deps.ids.uuid() }),
      );
    }
    throw error;
  }
}
