import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import { deploymentViewOf } from '../deployment-view.ts';
import {
  type Beginning,
  beginDeployment,
  ingredientsOf,
  mustFindDeployment,
  type Prepared,
  prepareDeployment,
} from '../deployment/begin-deployment.ts';
import { untilCurrent } from '../deployment/outdated.ts';
import type { Deps } from '../deps.ts';
import { isUnderWay } from '../domain/deployment-states.ts';
import { fail } from '../errors.ts';
import { personOf } from '../person.ts';
import { type DeploymentRow, lastDeployment, releaseBefore } from '../store/deployments.ts';
import { type EnvironmentRow, findEnvironment, lockEnvironment } from '../store/environments.ts';
import { lockPromotion, promotionThatRuns } from '../store/promotions.ts';
import { findRelease } from '../store/releases.ts';
import type { Tx } from '../store/tx.ts';

/** Brings an environment back to a release that ran there before: its digests, and the template of that time. */
export async function rollBack(
  deps: Deps,
  { params, body }: Input<typeof DEPLOYMENTS_ROUTES.rollBack>,
  context: RequestContext,
) {
  const { tenantId } = context.caller;
  return untilCurrent(async () => {
    const parts = await deps.host.database.withTenant(
      tenantId,
      async (tx) => {
        const environment = await findEnvironment(tx, params.environmentId);
        if (environment === undefined) throw fail('NOT_FOUND', 'there is no such environment');
        const { last, earlier } = await earlierDeployment(tx, environment, body.releaseId);
        const release = await findRelease(tx, earlier.releaseId);
        if (release === undefined) throw new Error('a deployment has a release');
        const { targets, template } = await ingredientsOf(tx, environment);
        const { strategy, batchSize } = template;
        const then = { kind: earlier.templateKind, digest: earlier.templateDigest, strategy, batchSize };
        return { last, environment, release, targets, template: then };
      },
      { isReadOnly: true },
    );
    const { last, ...made } = parts;
    const prepared = await prepareDeployment(deps, tenantId, made);
    return deps.host.change(context, async (tx: Tx, change) => {
      const by = { startedBy: personOf(context.caller), reason: body.reason, at: change.at };
      await begin(deps, tx, tenantId, prepared, last, by);
      change.audit(
        { type: 'deployment', id: prepared.id },
        { environment: prepared.environment.name, releaseId: prepared.release.id, reason: body.reason },
      );
      const row = await mustFindDeployment(tx, prepared.id);
      return {
        status: 201 as const,
        body: await deploymentViewOf(tx, row),
        headers: { etag: etagOfVersion(row.version) },
      };
    });
  });
}

/** @throws AppError `ROLLBACK_UNKNOWN`, `DEPLOYMENT_RUNS` */
async function earlierDeployment(
  tx: Tx,
  { id, name }: EnvironmentRow,
  wanted: string | undefined,
): Promise<{ readonly last: DeploymentRow; readonly earlier: DeploymentRow }> {
  const last = await lastDeployment(tx, id);
  if (last === undefined) throw fail('ROLLBACK_UNKNOWN', `nothing was deployed to ${name} yet`);
  if (isUnderWay(last.state)) throw fail('DEPLOYMENT_RUNS', `a deployment of ${name} is under way`);
  // One that did not succeed is tried again: it went nowhere yet.
  const isBroken = last.kind === 'rollback' && last.state !== 'rolled_back';
  const releaseId = wanted ?? (isBroken ? last.releaseId : await releaseBefore(tx, id, last));
  if (releaseId === null) throw fail('ROLLBACK_UNKNOWN', `no other release was deployed to ${name} before`);
  const earlier = await lastDeployment(tx, id, { isDone: true, releaseId });
  if (earlier === undefined) throw fail('ROLLBACK_UNKNOWN', `that release was never deployed to ${name}`);
  return { last, earlier };
}

async function begin(
  deps: Deps,
  tx: Tx,
  tenantId: string,
  prepared: Prepared,
  before: DeploymentRow,
  by: Pick<Beginning, 'startedBy' | 'reason' | 'at'>,
): Promise<void> {
  const { id, name } = prepared.environment;
  await lockEnvironment(tx, id);
  const last = await lastDeployment(tx, id);
  if (last?.id !== before.id || last.state !== before.state) {
    throw fail('DEPLOYMENT_RUNS', `what runs in ${name} has changed just now`);
  }
  const undone = await undonePromotion(tx, last);
  const promotion = undone === undefined ? undefined : await lockPromotion(tx, undone);
  await beginDeployment(deps, tx, tenantId, prepared, { kind: 'rollback', promotion, ...by });
}

/** The promotion of what runs. One that is approved and not deployed yet has nothing to undo. */
async function undonePromotion(tx: Tx, last: DeploymentRow): Promise<string | undefined> {
  if (last.state !== 'rolled_back') return last.promotionId ?? undefined;
  return promotionThatRuns(tx, last.releaseId, last.environmentId);
}
