import type { EnvironmentTemplate } from '@stella-ops/contracts/deployments';
import type { Release } from '@stella-ops/contracts/releases';
import type { Digest } from '@stella-ops/engine-kernel';
import type { Deps } from '../deps.ts';
import { batchesOf } from '../domain/advance.ts';
import { fail } from '../errors.ts';
import {
  findDeployment,
  insertDeployment,
  lastDeployment,
  lockDeployment,
  releaseBefore,
} from '../store/deployments.ts';
import type { EnvironmentRow } from '../store/environments.ts';
import type { PromotionRow } from '../store/promotions.ts';
import { type TargetRow, targetsOfEnvironment } from '../store/targets.ts';
import { insertTasks } from '../store/tasks.ts';
import { findTemplate } from '../store/templates.ts';
import type { Tx } from '../store/tx.ts';
import { sweepLater } from '../jobs/sweep-objects.ts';
import { goOn } from './go-on.ts';
import { Outdated } from './outdated.ts';
import { readTemplate } from './read-template.ts';
import { type RenderedPlans, renderPlans } from './render-plans.ts';

/** Targets of one environment that are deployed together. */
const MAX_TARGETS = 1000;

/** What a deployment is made of, with its plans kept as objects. */
export interface Prepared {
  readonly id: string;
  readonly environment: EnvironmentRow;
  readonly release: Release;
  readonly targets: readonly TargetRow[];
  readonly template: Pick<EnvironmentTemplate, 'kind' | 'digest' | 'strategy' | 'batchSize'>;
  readonly plans: RenderedPlans;
}

export interface Ingredients {
  readonly environment: EnvironmentRow;
  readonly release: Release;
  readonly targets: readonly TargetRow[];
  readonly template: Prepared['template'];
}

/** @throws AppError `TARGETS_MISSING`, `TEMPLATE_MISSING` */
export async function ingredientsOf(
  tx: Tx,
  environment: EnvironmentRow,
): Promise<Pick<Ingredients, 'targets' | 'template'>> {
  const targets = await targetsOfEnvironment(tx, environment.id);
  if (targets.length === 0) throw fail('TARGETS_MISSING', `${environment.name} has no target`);
  if (targets.length > MAX_TARGETS) {
    throw fail('TARGETS_MISSING', `${environment.name} has more than ${MAX_TARGETS} targets`);
  }
  const template = await findTemplate(tx, environment.id);
  if (template === undefined) throw fail('TEMPLATE_MISSING', `${environment.name} has no template`);
  return { targets, template };
}

/** Renders and keeps the plans: objects before rows. @throws AppError as `renderPlans` */
export async function prepareDeployment(deps: Deps, tenantId: string, parts: Ingredients): Promise<Prepared> {
  const store = deps.host.objects.tenant(tenantId, 'plans');
  const bytes = await store.get(parts.template.digest as Digest);
  if (bytes === undefined)
    throw fail('TEMPLATE_MISSING', `the template of ${parts.environment.name} is not kept any more`);
  const model = readTemplate(parts.template.kind, bytes);
  const id = deps.ids.uuid();
  const { environment, release, targets } = parts;
  // Put anew, although it is there: it may be replaced now, and swept before the row of this deployment names it.
  await store.put(bytes);
  const plans = renderPlans({ tenantId, deploymentId: id, environment: environment.name, release, model, targets });
  for (const plan of plans.plans) await store.put(plan.bytes);
  await store.put(plans.index.bytes);
  return { id, ...parts, plans };
}

export interface Beginning {
  readonly kind: 'deploy' | 'rollback';
  readonly promotion: PromotionRow | undefined;
  readonly startedBy: { readonly id: string; readonly name: string };
  readonly reason: string;
  readonly at: string;
}

/**
 * Writes a deployment and queues its first targets, under the locks of environment and promotion.
 *
 * @throws Outdated when targets came or went meanwhile; AppError `DEPLOYMENT_RUNS`
 */
export async function beginDeployment(
  deps: Deps,
  tx: Tx,
  tenantId: string,
  prepared: Prepared,
  { kind, promotion, startedBy, reason, at }: Beginning,
): Promise<void> {
  const { id, environment, release, targets, template, plans } = prepared;
  const now = await targetsOfEnvironment(tx, environment.id);
  if (now.map((one) => one.id).join() !== targets.map((one) => one.id).join()) {
    throw new Outdated(`the targets of ${environment.name} have changed just now`);
  }
  const last = await lastDeployment(tx, environment.id, { isDone: true });
  const isNew = await insertDeployment(tx, tenantId, {
    id,
    promotionId: promotion?.id ?? null,
    releaseId: release.id,
    environmentId: environment.id,
    kind,
    strategy: template.strategy,
    state: 'pending',
    sentence: 'Its targets are being told.',
    templateKind: template.kind,
    templateDigest: template.digest,
    planDigest: plans.index.digest,
    startedBy,
    reason,
    previousReleaseId:
      last?.releaseId === release.id ? await releaseBefore(tx, environment.id, last) : (last?.releaseId ?? null),
    createdAt: at,
  });
  if (!isNew) throw fail('DEPLOYMENT_RUNS', `a deployment of ${environment.name} is under way`);
  await sweepLater(deps, tx, tenantId);
  const batches = batchesOf(template.strategy, template.batchSize, targets.length);
  await insertTasks(
    tx,
    tenantId,
    { id, kind },
    plans.plans.map(({ targetId, digest }, index) => ({
      id: deps.ids.uuid(),
      targetId,
      batch: batches[index] ?? 1,
      planDigest: digest,
    })),
  );
  const deployment = await lockDeployment(tx, id);
  if (deployment === undefined) throw new Error('a deployment that was just written is there');
  await goOn(deps, tx, tenantId, { deployment, promotion }, at);
}

/** @throws AppError `NOT_FOUND` */
export async function mustFindDeployment(tx: Tx, id: string) {
  const row = await findDeployment(tx, id);
  if (row === undefined) throw fail('NOT_FOUND', 'there is no such deployment');
  return row;
}
