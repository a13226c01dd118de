import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import { announceDeployment } from '../deployment/announce.ts';
import { goOn } from '../deployment/go-on.ts';
import { movePromotion } from '../deployment/move-promotion.ts';
import type { Deps } from '../deps.ts';
import { deploymentTransition } from '../domain/deployment-states.ts';
import { taskTransition } from '../domain/task-states.ts';
import { fail } from '../errors.ts';
import { changeDeployment as write, lastDeployment, lockDeployment } from '../store/deployments.ts';
import { hasOtherUnderWay } from '../store/promotions.ts';
import { findTarget } from '../store/targets.ts';
import { retryTasks, tasksOf } from '../store/tasks.ts';
import { changeDeployment } from './change-deployment.ts';

/** Tries the targets again that did not take a deployment, with the same plans; those that took it are left alone. */
export async function resumeDeployment(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.resumeDeployment>,
  context: RequestContext,
) {
  return changeDeployment(deps, context, params.deploymentId, async (tx, { deployment, promotion }, change) => {
    const event = deployment.kind === 'rollback' ? 'rollback-resumed' : 'resumed';
    const transition = deploymentTransition(deployment.state, event);
    if (transition === undefined) {
      throw fail('DEPLOYMENT_STATE', `the deployment is ${deployment.state}: ${deployment.sentence}`);
    }
    const last = await lastDeployment(tx, deployment.environmentId);
    if (last !== undefined && last.id !== deployment.id) {
      throw fail('DEPLOYMENT_STATE', `${last.release} was deployed to ${deployment.environment} since`);
    }
    if (promotion !== undefined && (await hasOtherUnderWay(tx, promotion))) {
      throw fail('DEPLOYMENT_STATE', `${deployment.release} was asked for again in ${deployment.environment} since`);
    }
    const again = (await tasksOf(tx, [deployment.id])).filter(({ state }) => taskTransition(state, 'resumed'));
    for (const { targetId, target } of again) {
      if ((await findTarget(tx, targetId)) === undefined) {
        throw fail('DEPLOYMENT_STATE', `${target} was taken out of the environment; deploy again instead`);
      }
    }
    await retryTasks(
      tx,
      again.map(({ id }) => id),
    );
    const { at, tenantId } = change;
    const sentence = 'Its failed targets are tried again.';
    const version = await write(tx, deployment.id, {
      state: transition.to,
      isCancelled: false,
      sentence,
      finishedAt: null,
      at,
    });
    const step = { from: deployment.state, to: transition.to, version, at };
    await announceDeployment(deps, tx, tenantId, deployment, step);
    if (promotion !== undefined && deployment.kind === 'deploy') {
      await movePromotion(deps, tx, tenantId, promotion, { event: 'deployment-resumed', sentence, at });
    }
    const resumed = await lockDeployment(tx, deployment.id);
    if (resumed === undefined) throw new Error('a deployment never goes');
    await goOn(deps, tx, tenantId, { deployment: resumed, promotion }, at);
    change.audit({ type: 'deployment', id: deployment.id }, { targets: again.length });
  });
}
