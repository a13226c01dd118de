import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Change } from '@stella-ops/platform/service';
import { announceDeployment } from '../deployment/announce.ts';
import { mustFindDeployment } from '../deployment/begin-deployment.ts';
import { type AskedGates, askGates, GatesUnmet, noteLostApprovals, requireGates } from '../deployment/gates-now.ts';
import { goOn, type Lane } from '../deployment/go-on.ts';
import { movePromotion } from '../deployment/move-promotion.ts';
import { Outdated, untilCurrent } from '../deployment/outdated.ts';
import type { Deps } from '../deps.ts';
import { deploymentTransition } from '../domain/deployment-states.ts';
import { taskTransition } from '../domain/task-states.ts';
import { fail } from '../errors.ts';
import { changeDeployment as write, lastDeployment, lockDeployment } from '../store/deployments.ts';
import { hasOtherUnderWay } from '../store/promotions.ts';
import { findTarget } from '../store/targets.ts';
import { retryTasks, tasksOf } from '../store/tasks.ts';
import type { Tx } from '../store/tx.ts';
import { changeDeployment } from './change-deployment.ts';

/**
 * Tries the targets again that did not take a deployment, with the same plans; those that took it are left alone. What is
 * brought there must be let in as if it were begun now; what is taken back need not.
 */
export async function resumeDeployment(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.resumeDeployment>,
  context: RequestContext,
) {
  const { tenantId } = context.caller;
  const { deploymentId } = params;
  let asked: AskedGates | undefined;
  try {
    return await untilCurrent(async () => {
      asked = await askAboutFailed(deps, tenantId, deploymentId, context.signal);
      return changeDeployment(deps, context, deploymentId, (tx, lane, change) => resume(deps, tx, lane, asked, change));
    });
  } catch (error) {
    if (!(error instanceof GatesUnmet)) throw error;
    if (asked !== undefined) await noteLostApprovals(deps, tenantId, asked.evaluation.promotion.id, error.lost);
    throw fail('DEPLOYMENT_STATE', error.sentence, { cause: error });
  }
}

/** @returns `undefined` for a rollback, and when its promotion is not one that failed */
async function askAboutFailed(deps: Deps, tenantId: string, deploymentId: string, signal: AbortSignal) {
  const found = await deps.host.database.withTenant(tenantId, (tx) => mustFindDeployment(tx, deploymentId), {
    isReadOnly: true,
  });
  if (found.kind === 'rollback' || found.promotionId === null) return undefined;
  return askGates(deps, tenantId, found.promotionId, 'failed', signal);
}

async function resume(
  deps: Deps,
  tx: Tx,
  { deployment, promotion }: Lane,
  asked: AskedGates | undefined,
  change: Change,
): Promise<void> {
  const { at, tenantId } = change;
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
  if (deployment.kind === 'deploy' && promotion !== undefined) {
    if (asked === undefined) throw new Outdated(`the promotion of ${deployment.release} has changed just now`);
    await requireGates(tx, asked, promotion, at);
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
}
