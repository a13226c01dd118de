import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { type EnvironmentRow, findEnvironment, lockEnvironment } from '../store/environments.ts';
import { findPromotion, hasOtherUnderWay, lockPromotion, type PromotionRow } from '../store/promotions.ts';
import { findRelease } from '../store/releases.ts';
import { findTemplate } from '../store/templates.ts';
import type { Tx } from '../store/tx.ts';
import { beginDeployment, ingredientsOf, type Prepared, prepareDeployment } from './begin-deployment.ts';
import { type AskedGates, askGates, GatesUnmet, noteNotDeployed, requireGates } from './gates-now.ts';
import { movePromotion } from './move-promotion.ts';
import { Outdated, untilCurrent } from './outdated.ts';

export interface PreparedPromotion {
  readonly asked: AskedGates;
  readonly prepared: Prepared;
}

/**
 * Everything of a deployment that is done before its transaction: gates are asked once more, plans rendered and kept.
 *
 * @throws AppError `NOT_FOUND`, `DEPLOYMENT_STATE`, `TARGETS_MISSING`, `TEMPLATE_MISSING`, `TEMPLATE_INVALID`,
 *   `PLATFORM_MISSING`
 */
async function preparePromotion(
  deps: Deps,
  tenantId: string,
  promotionId: string,
  signal: AbortSignal,
): Promise<PreparedPromotion> {
  const parts = await deps.host.database.withTenant(
    tenantId,
    async (tx) => {
      const promotion = await findPromotion(tx, promotionId);
      if (promotion === undefined) throw fail('NOT_FOUND', 'there is no such promotion');
      const environment = await findEnvironment(tx, promotion.environmentId);
      const release = await findRelease(tx, promotion.releaseId);
      if (environment === undefined || release === undefined)
        throw new Error('a promotion has release and environment');
      checkTurn(promotion, environment);
      return { environment, release, ...(await ingredientsOf(tx, environment)) };
    },
    { isReadOnly: true },
  );
  const prepared = await prepareDeployment(deps, tenantId, parts);
  const asked = await askGates(deps, tenantId, promotionId, 'approved', signal);
  if (asked === undefined) throw fail('DEPLOYMENT_STATE', 'the promotion is not approved any more');
  return { asked, prepared };
}

/** @throws AppError `DEPLOYMENT_STATE` */
function checkTurn(promotion: PromotionRow, environment: EnvironmentRow): void {
  if (promotion.state !== 'approved') {
    throw fail('DEPLOYMENT_STATE', `the promotion is ${promotion.state}: ${promotion.sentence}`);
  }
  if (environment.currentPromotionId !== promotion.id) {
    throw fail(
      'DEPLOYMENT_STATE',
      `${environment.currentRelease ?? 'another release'} has taken its place in ${environment.name} since`,
    );
  }
}

/**
 * Begins the deployment of an approved promotion, in the caller's transaction.
 *
 * @throws GatesUnmet, Outdated; AppError `DEPLOYMENT_STATE`, `DEPLOYMENT_RUNS`
 */
export async function startPromotion(
  deps: Deps,
  tx: Tx,
  tenantId: string,
  { asked, prepared }: PreparedPromotion,
  by: {
    readonly startedBy: { readonly id: string; readonly name: string };
    readonly reason: string;
    readonly at: string;
  },
): Promise<void> {
  const { promotion: before } = asked.evaluation;
  await lockEnvironment(tx, before.environmentId);
  const promotion = await lockPromotion(tx, before.id);
  const environment = await findEnvironment(tx, before.environmentId);
  if (promotion === undefined || environment === undefined) throw new Error('a promotion never goes');
  checkTurn(promotion, environment);
  if (await hasOtherUnderWay(tx, promotion)) {
    throw fail('DEPLOYMENT_STATE', `${promotion.release} was asked for again in ${environment.name} since`);
  }
  const template = await findTemplate(tx, environment.id);
  const { digest, strategy, batchSize } = prepared.template;
  if (template?.digest !== digest || template.strategy !== strategy || template.batchSize !== batchSize) {
    throw new Outdated(`the template of ${environment.name} has changed just now`);
  }
  const { gates } = await requireGates(tx, asked, promotion, by.at);
  const sentence = `${promotion.release} is being brought to ${environment.name}.`;
  await movePromotion(deps, tx, tenantId, promotion, { event: 'deployment-started', sentence, gates, at: by.at });
  const deploying = await lockPromotion(tx, promotion.id);
  await beginDeployment(deps, tx, tenantId, prepared, { kind: 'deploy', promotion: deploying, ...by });
}

/**
 * Prepares a deployment and begins it by `start`. When a gate is not met any more, says so on the promotion and refuses.
 *
 * @throws AppError as `preparePromotion` and `startPromotion`; `DEPLOYMENT_STATE` with GatesUnmet as its cause
 */
export function deployPromotion<T>(
  deps: Deps,
  tenantId: string,
  promotionId: string,
  signal: AbortSignal,
  start: (ready: PreparedPromotion) => Promise<T>,
): Promise<T> {
  return untilCurrent(async () => {
    const ready = await preparePromotion(deps, tenantId, promotionId, signal);
    try {
      return await start(ready);
    } catch (error) {
      if (!(error instanceof GatesUnmet)) throw error;
      await noteNotDeployed(deps, tenantId, promotionId, error.sentence, ready.asked);
      throw fail('DEPLOYMENT_STATE', error.sentence, { cause: error });
    }
  });
}
