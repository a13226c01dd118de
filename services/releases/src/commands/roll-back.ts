import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import { deploymentViewOf } from '../deployment-view.ts';
import {
  beginDeployment,
  ingredientsOf,
  mustFindDeployment,
  type Prepared,
  prepareDeployment,
} from '../deployment/begin-deployment.ts';
import type { Deps } from '../deps.ts';
import { isUnderWay } from '../domain/deployment-states.ts';
import { fail } from '../errors.ts';
import { personOf } from '../person.ts';
import { type DeploymentRow, lastDeployment } from '../store/deployments.ts';
import { type EnvironmentRow, findEnvironment, lockEnvironment } from '../store/environments.ts';
import { lockPromotion } from '../store/promotions.ts';
import { findRelease } from '../store/releases.ts';
import type { Tx } from '../store/tx.ts';

/** Brings an environment back to a release that ran there before: its digests, and the template of that time. */
export async function rollBack(
  deps: Deps,
  { params, body }: Input<typeof DEPLOYMENTS_ROUTES.rollBack>,
  context: RequestContext,
) {
  const { tenantId } = context.caller;
  const parts = await deps.host.database.withTenant(
    tenantId,
    async (tx) => {
      const environment = await findEnvironment(tx, params.environmentId);
      if (environment === undefined) throw fail('NOT_FOUND', 'there is no such environment');
      const earlier = await earlierDeployment(tx, environment, body.releaseId);
      const release = await findRelease(tx, earlier.releaseId);
      if (release === undefined) throw new Error('a deployment has a release');
      const { targets, template } = await ingredientsOf(tx, environment);
      const { strategy, batchSize } = template;
      const then = { kind: earlier.templateKind, digest: earlier.templateDigest, strategy, batchSize };
      return { environment, release, targets, template: then };
    },
    { isReadOnly: true },
  );
  const prepared = await prepareDeployment(deps, tenantId, parts);
  return deps.host.change(context, async (tx: Tx, change) => {
    await begin(deps, tx, tenantId, prepared, personOf(context.caller), body.reason, change.at);
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
}

/** @throws AppError `ROLLBACK_UNKNOWN`, `DEPLOYMENT_RUNS` */
async function earlierDeployment(
  tx: Tx,
  { id, name }: EnvironmentRow,
  wanted: string | undefined,
): Promise<DeploymentRow> {
  const last = await lastDeployment(tx, id);
  if (last === undefined) throw fail('ROLLBACK_UNKNOWN', `nothing was deployed to ${name} yet`);
  if (isUnderWay(last.state)) throw fail('DEPLOYMENT_RUNS', `a deployment of ${name} is under way`);
  const releaseId = wanted ?? (await releaseBefore(tx, id, last));
  if (releaseId === null) throw fail('ROLLBACK_UNKNOWN', `no other release was deployed to ${name} before`);
  const earlier = await lastDeployment(tx, id, { isDone: true, releaseId });
  if (earlier === undefined) throw fail('ROLLBACK_UNKNOWN', `that release was never deployed to ${name}`);
  return earlier;
}

/** What ran before the release that was brought there last: going back twice goes back further. */
async function releaseBefore(tx: Tx, environmentId: string, last: DeploymentRow): Promise<string | null> {
  if (last.kind === 'deploy') return last.previousReleaseId;
  const { releaseId } = last;
  const brought = await lastDeployment(tx, environmentId, { releaseId, kind: 'deploy', isDone: true });
  return brought?.previousReleaseId ?? null;
}

async function begin(
  deps: Deps,
  tx: Tx,
  tenantId: string,
  prepared: Prepared,
  startedBy: { readonly id: string; readonly name: string },
  reason: string,
  at: string,
): Promise<void> {
  const { id } = prepared.environment;
  await lockEnvironment(tx, id);
  const environment = await findEnvironment(tx, id);
  const undone = environment?.currentPromotionId ?? null;
  const promotion = undone === null ? undefined : await lockPromotion(tx, undone);
  await beginDeployment(deps, tx, tenantId, prepared, { kind: 'rollback', promotion, startedBy, reason, at });
}
