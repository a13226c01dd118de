import { findEnvironment, setCurrentRelease } from '../store/environments.ts';
import { lastDeployment } from '../store/deployments.ts';
import { findPromotion, lastApproved, promotionThatRuns, type PromotionRow } from '../store/promotions.ts';
import type { Tx } from '../store/tx.ts';

/**
 * An approved promotion goes: the environment has what it had before, as far as that promotion is its current one.
 * Under the locks of both.
 */
export async function giveEnvironmentBack(tx: Tx, promotion: PromotionRow, at: string): Promise<void> {
  const { id, environmentId } = promotion;
  const environment = await findEnvironment(tx, environmentId);
  if (environment?.currentPromotionId !== id) return;
  await setCurrentRelease(tx, environmentId, await currentWithout(tx, promotion), at);
}

interface Current {
  readonly releaseId: string;
  readonly promotionId: string;
  readonly since: string;
}

/** What was deployed there last, or what was approved after that. */
async function currentWithout(tx: Tx, { id, environmentId }: PromotionRow): Promise<Current | null> {
  const approved = await lastApproved(tx, environmentId, id);
  const last = await lastDeployment(tx, environmentId);
  if (last === undefined || (approved !== undefined && approved.since > last.createdAt)) return approved ?? null;
  const isBack = last.state === 'rolled_back';
  const promotionId = isBack ? await promotionThatRuns(tx, last.releaseId, environmentId) : last.promotionId;
  const promotion =
    promotionId === undefined || promotionId === null ? undefined : await findPromotion(tx, promotionId);
  if (promotion === undefined) return null;
  const isThere = isBack || last.state === 'succeeded';
  const since = (isThere ? last.finishedAt : null) ?? last.createdAt;
  return { releaseId: promotion.releaseId, promotionId: promotion.id, since };
}
