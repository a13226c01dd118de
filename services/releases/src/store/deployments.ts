import { sql } from 'kysely';
import type { DeploymentState } from '../domain/deployment-states.ts';
import type { Tx } from './tx.ts';

/** A deployment as it is stored, with the names of what it is about; its tasks lie elsewhere. */
export interface DeploymentRow {
  readonly id: string;
  readonly promotionId: string | null;
  readonly releaseId: string;
  readonly release: string;
  readonly environmentId: string;
  readonly environment: string;
  readonly kind: 'deploy' | 'rollback';
  readonly strategy: 'all_at_once' | 'rolling';
  readonly state: DeploymentState;
  readonly isCancelled: boolean;
  readonly sentence: string;
  readonly templateKind: 'compose' | 'script';
  readonly templateDigest: string;
  readonly planDigest: string;
  readonly startedBy: { readonly id: string; readonly name: string };
  readonly reason: string;
  readonly previousReleaseId: string | null;
  readonly packetId: string | null;
  readonly bundleDigest: string | null;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly finishedAt: string | null;
}

const SELECT = sql`
  select d.deployment_id as id, d.promotion_id as "promotionId", d.release_id as "releaseId",
         r.name || ' ' || r.version as release, d.environment_id as "environmentId", e.name as environment, d.kind,
         d.strategy, d.state, d.is_cancelled as "isCancelled", d.sentence, d.template_kind as "templateKind",
         d.template_digest as "templateDigest", d.plan_digest as "planDigest",
         json_build_object('id', d.started_by_id, 'name', d.started_by_name) as "startedBy", d.reason,
         d.previous_release_id as "previousReleaseId", d.packet_id as "packetId", d.bundle_digest as "bundleDigest",
         d.version, d.created_at as "createdAt", d.updated_at as "updatedAt", d.finished_at as "finishedAt"
  from releases.deployment d
  join releases.release r on r.tenant_id = d.tenant_id and r.release_id = d.release_id
  join releases.environment e on e.tenant_id = d.tenant_id and e.environment_id = d.environment_id`;

export interface NewDeployment extends Pick<
  DeploymentRow,
  | 'id'
  | 'promotionId'
  | 'releaseId'
  | 'environmentId'
  | 'kind'
  | 'strategy'
  | 'state'
  | 'sentence'
  | 'templateKind'
  | 'templateDigest'
  | 'planDigest'
  | 'startedBy'
  | 'reason'
  | 'previousReleaseId'
  | 'createdAt'
> {}

/** @returns false when a deployment of the environment is under way */
export async function insertDeployment(tx: Tx, tenantId: string, one: NewDeployment): Promise<boolean> {
  const { rows } = await sql`
    insert into releases.deployment
      (tenant_id, deployment_id, promotion_id, release_id, environment_id, kind, strategy, state, sentence,
       template_kind, template_digest, plan_digest, started_by_id, started_by_name, reason, previous_release_id,
       created_at, updated_at)
    values (${tenantId}, ${one.id}, ${one.promotionId}, ${one.releaseId}, ${one.environmentId}, ${one.kind},
            ${one.strategy}, ${one.state}, ${one.sentence}, ${one.templateKind}, ${one.templateDigest},
            ${one.planDigest}, ${one.startedBy.id}, ${one.startedBy.name}, ${one.reason}, ${one.previousReleaseId},
            ${one.createdAt}, ${one.createdAt})
    on conflict do nothing returning deployment_id`.execute(tx);
  return rows.length === 1;
}

export async function findDeployment(tx: Tx, id: string): Promise<DeploymentRow | undefined> {
  const { rows } = await sql<DeploymentRow>`${SELECT} where d.deployment_id = ${id}`.execute(tx);
  return rows[0];
}

/** Takes the deployment's lane: before the lock of any of its tasks, after those of environment and promotion. */
export async function lockDeployment(tx: Tx, id: string): Promise<DeploymentRow | undefined> {
  const { rows } = await sql<DeploymentRow>`${SELECT} where d.deployment_id = ${id} for update of d`.execute(tx);
  return rows[0];
}

export interface DeploymentFilter {
  readonly environment: string | undefined;
  readonly promotionId: string | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

export async function listDeployments(tx: Tx, filter: DeploymentFilter): Promise<DeploymentRow[]> {
  const { environment, promotionId, after, limit } = filter;
  const { rows } = await sql<DeploymentRow>`
    ${SELECT}
    where ${environment === undefined ? sql`true` : sql`e.name = ${environment}`}
      and ${promotionId === undefined ? sql`true` : sql`d.promotion_id = ${promotionId}`}
      and ${after === undefined ? sql`true` : sql`d.deployment_id < ${after}`}
    order by d.deployment_id desc limit ${limit}`.execute(tx);
  return rows;
}

/** The last one of an environment; `isDone`: the last that every target took. */
export async function lastDeployment(
  tx: Tx,
  environmentId: string,
  filter: { readonly isDone?: boolean; readonly releaseId?: string; readonly kind?: 'deploy' } = {},
): Promise<DeploymentRow | undefined> {
  const { rows } = await sql<DeploymentRow>`
    ${SELECT}
    where d.environment_id = ${environmentId}
      and ${filter.isDone === true ? sql`d.state in ('succeeded', 'rolled_back')` : sql`true`}
      and ${filter.releaseId === undefined ? sql`true` : sql`d.release_id = ${filter.releaseId}`}
      and ${filter.kind === undefined ? sql`true` : sql`d.kind = ${filter.kind}`}
    order by d.deployment_id desc limit 1`.execute(tx);
  return rows[0];
}

/** What ran before the release that was brought there last: going back twice goes back further. */
export async function releaseBefore(tx: Tx, environmentId: string, last: DeploymentRow): Promise<string | null> {
  if (last.kind === 'deploy') return last.previousReleaseId;
  const { releaseId } = last;
  const brought = await lastDeployment(tx, environmentId, { releaseId, kind: 'deploy', isDone: true });
  return brought?.previousReleaseId ?? null;
}

/** Which of some digests are those of templates or plans that rows name. */
export async function namedPlans(tx: Tx, digests: readonly string[]): Promise<string[]> {
  const some = sql`any(${[...digests]}::text[])`;
  const { rows } = await sql<{ digest: string }>`
    select digest from releases.template where digest = ${some}
    union select template_digest from releases.deployment where template_digest = ${some}
    union select plan_digest from releases.deployment where plan_digest = ${some}
    union select plan_digest from releases.task where plan_digest = ${some}
    union select plan_digest from releases.target where plan_digest = ${some}`.execute(tx);
  return rows.map(({ digest }) => digest);
}

export interface DeploymentChange {
  readonly state: DeploymentState;
  readonly isCancelled: boolean;
  readonly sentence: string;
  readonly finishedAt: string | null;
  readonly at: string;
}

/** Writes what readers see, as the next version. Evidence is of an end, and this is another. @returns that version */
export async function changeDeployment(tx: Tx, id: string, change: DeploymentChange): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    update releases.deployment
    set state = ${change.state}, is_cancelled = ${change.isCancelled}, sentence = ${change.sentence},
        finished_at = ${change.finishedAt}, updated_at = ${change.at}, version = version + 1,
        packet_id = null, bundle_digest = null
    where deployment_id = ${id} returning version`.execute(tx);
  return rows[0]?.version ?? 0;
}

/** The end has been sealed. @returns the next version */
export async function setDeploymentPacket(
  tx: Tx,
  id: string,
  packet: { readonly packetId: string; readonly bundleDigest: string; readonly at: string },
): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    update releases.deployment
    set packet_id = ${packet.packetId}, bundle_digest = ${packet.bundleDigest}, updated_at = ${packet.at},
        version = version + 1
    where deployment_id = ${id} returning version`.execute(tx);
  return rows[0]?.version ?? 0;
}
