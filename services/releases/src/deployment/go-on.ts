import type { Deps } from '../deps.ts';
import { advance } from '../domain/advance.ts';
import { AGAIN_OR_CANCEL } from '../domain/sentences.ts';
import { deploymentTransition } from '../domain/deployment-states.ts';
import type { PromotionEvent } from '../domain/promotion-states.ts';
import { changeDeployment, type DeploymentRow, lockDeployment } from '../store/deployments.ts';
import { findEnvironment, lockEnvironment, setCurrentRelease } from '../store/environments.ts';
import { lockPromotion, promotionThatRuns, type PromotionRow } from '../store/promotions.ts';
import { moveTasks, type TaskRow, tasksOf } from '../store/tasks.ts';
import type { Tx } from '../store/tx.ts';
import { announceDeployment } from './announce.ts';
import { movePromotion } from './move-promotion.ts';

/** What belongs to a deployment and is locked before it, in this order: environment, promotion, deployment, tasks. */
export interface Lane {
  readonly deployment: DeploymentRow;
  readonly promotion: PromotionRow | undefined;
}

/** Takes every lock that a step of a deployment may need. @param found as it was read without a lock */
export async function lockLane(
  tx: Tx,
  found: Pick<DeploymentRow, 'id' | 'environmentId' | 'promotionId'>,
): Promise<Lane> {
  await lockEnvironment(tx, found.environmentId);
  const promotion = found.promotionId === null ? undefined : await lockPromotion(tx, found.promotionId);
  const deployment = await lockDeployment(tx, found.id);
  if (deployment === undefined) throw new Error('a deployment never goes');
  return { deployment, promotion };
}

const PROMOTION_EVENTS: Readonly<Record<string, PromotionEvent>> = {
  succeeded: 'deployment-succeeded',
  failed: 'deployment-failed',
  cancelled: 'deployment-failed',
};

/**
 * Does what follows from the tasks of a deployment: the next batch, or the end with everything that hangs on it. Call it
 * after each change of a task, under the lane's locks.
 */
export async function goOn(deps: Deps, tx: Tx, tenantId: string, lane: Lane, at: string): Promise<void> {
  const { deployment, promotion } = lane;
  const tasks = await tasksOf(tx, [deployment.id]);
  const next = advance({ ...deployment, tasks: tasks.map((task) => ({ ...task, error: errorOf(task) })) });
  for (const { to, ids } of next.moves) await moveTasks(tx, ids, to, to === 'queued' ? null : at);
  const transition = next.event === undefined ? undefined : deploymentTransition(deployment.state, next.event);
  const to = transition?.to ?? deployment.state;
  const isEnd = transition?.effects.includes('finish') === true;
  const finishedAt = isEnd ? at : null;
  const { isCancelled } = deployment;
  const version = await changeDeployment(tx, deployment.id, {
    state: to,
    isCancelled,
    sentence: next.sentence,
    finishedAt,
    at,
  });
  await announceDeployment(deps, tx, tenantId, deployment, { from: deployment.state, to, version, at });
  if (!isEnd) return;
  if (deployment.kind === 'rollback') {
    if (to === 'rolled_back') await goBack(deps, tx, tenantId, lane, next.sentence, at);
  } else if (promotion !== undefined) {
    const event = PROMOTION_EVENTS[to];
    await movePromotion(deps, tx, tenantId, promotion, { event, sentence: next.sentence, at });
  }
  deps.record.deployments(1, { state: to });
}

function errorOf({ steps }: TaskRow): string | null {
  const failed = steps.find(({ state }) => state === 'failed');
  return failed?.error?.message.replace(/\.$/, '') ?? null;
}

/** The environment is what it was: another release is its current one, and the promotion of the one before is undone. */
async function goBack(
  deps: Deps,
  tx: Tx,
  tenantId: string,
  { deployment, promotion }: Lane,
  sentence: string,
  at: string,
): Promise<void> {
  const { environmentId, environment, releaseId, release } = deployment;
  if (promotion !== undefined && promotion.releaseId !== releaseId) {
    await movePromotion(deps, tx, tenantId, promotion, { event: 'deployment-rolled-back', sentence, at });
  }
  const currentId = (await findEnvironment(tx, environmentId))?.currentPromotionId ?? null;
  const current = currentId === null ? undefined : await lockPromotion(tx, currentId);
  if (current?.state === 'approved') {
    const why = `Approved, but not deployed. ${environment} was rolled back to ${release} since. ${AGAIN_OR_CANCEL}`;
    await movePromotion(deps, tx, tenantId, current, { event: undefined, sentence: why, at });
  }
  const promotionId = await promotionThatRuns(tx, releaseId, environmentId);
  const there = promotionId === undefined ? undefined : await lockPromotion(tx, promotionId);
  if (there === undefined) return;
  await movePromotion(deps, tx, tenantId, there, { event: 'rolled-back-to', sentence, at });
  await setCurrentRelease(tx, environmentId, { releaseId, promotionId: there.id, since: at }, at);
}
