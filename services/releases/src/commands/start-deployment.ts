import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import { deploymentViewOf } from '../deployment-view.ts';
import { mustFindDeployment } from '../deployment/begin-deployment.ts';
import { preparePromotion, startPromotion, unlessGatesAreUnmet } from '../deployment/deploy-promotion.ts';
import type { Deps } from '../deps.ts';
import { personOf } from '../person.ts';
import type { Tx } from '../store/tx.ts';

/** Deploys an approved promotion. Its gates are looked at once more; when one is not met it stays approved and says why. */
export async function startDeployment(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.startDeployment>,
  context: RequestContext,
) {
  const { tenantId } = context.caller;
  const ready = await preparePromotion(deps, tenantId, params.promotionId, context.signal);
  const startedBy = personOf(context.caller);
  return unlessGatesAreUnmet(deps, tenantId, ready, () =>
    deps.host.change(context, async (tx: Tx, change) => {
      const { id } = ready.prepared;
      await startPromotion(deps, tx, tenantId, ready, { startedBy, reason: '', at: change.at });
      change.audit({ type: 'deployment', id }, { promotionId: params.promotionId });
      const row = await mustFindDeployment(tx, id);
      return {
        status: 201 as const,
        body: await deploymentViewOf(tx, row),
        headers: { etag: etagOfVersion(row.version) },
      };
    }),
  );
}
