import { DEPLOYMENTS_EVENTS } from '@stella-ops/contracts/deployments';
import { RELEASES_EVENTS } from '@stella-ops/contracts/releases';
import type { Consumer } from '@stella-ops/platform/events';
import * as z from 'zod';
import type { Deps } from '../deps.ts';
import { isUnderWay } from '../domain/deployment-states.ts';
import { findDeployment } from '../store/deployments.ts';
import { findEnvironment } from '../store/environments.ts';
import { findPromotion } from '../store/promotions.ts';
import { targetsOfEnvironment } from '../store/targets.ts';
import type { Tx } from '../store/tx.ts';

const { promotionChanged } = RELEASES_EVENTS;
const { deploymentChanged } = DEPLOYMENTS_EVENTS;

/** Has an approved promotion deployed where its environment has targets: at once, or when the deployment before has ended. */
export function deployApproved(deps: Deps): Consumer {
  const enqueue = async (tx: Tx, tenantId: string, promotionId: string, because: string): Promise<void> => {
    const promotion = await findPromotion(tx, promotionId);
    if (promotion?.state !== 'approved') return;
    const targets = await targetsOfEnvironment(tx, promotion.environmentId);
    if (targets.length === 0) return;
    await deps.host.jobs.enqueue(tx, deps.jobs.deployPromotion, tenantId, { promotionId, because });
  };
  return {
    name: 'releases.deploy-approved',
    types: [promotionChanged.type, deploymentChanged.type],
    handle: async (tx, { type, tenantId, data, id }) => {
      if (type === promotionChanged.type) {
        const { promotionId, from, to } = z.parse(promotionChanged.data, data);
        if (to === 'approved' && from !== to) await enqueue(tx, tenantId, promotionId, id);
        return;
      }
      const { deploymentId, from, to } = z.parse(deploymentChanged.data, data);
      if (from === to || isUnderWay(to)) return;
      const deployment = await findDeployment(tx, deploymentId);
      const environment = deployment === undefined ? undefined : await findEnvironment(tx, deployment.environmentId);
      const promotionId = environment?.currentPromotionId;
      if (promotionId !== undefined && promotionId !== null) await enqueue(tx, tenantId, promotionId, id);
    },
    // Nothing is deployed that nobody heard of any more: a person starts it.
    reset: () => Promise.resolve(),
  };
}
