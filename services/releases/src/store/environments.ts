import type { Environment, Freeze } from '@stella-ops/contracts/releases';
import { sql } from 'kysely';
import type { Tx } from './tx.ts';

/** An environment as it is stored; its freezes and the name of its release lie elsewhere. */
export interface EnvironmentRow extends Omit<Environment, 'freezes' | 'current'> {
  readonly currentReleaseId: string | null;
  readonly currentRelease: string | null;
  readonly currentPromotionId: string | null;
  readonly currentSince: string | null;
}

const SELECT = sql`
  select e.environment_id as id, e.name, e.place as "order", e.required_approvals as "requiredApprovals",
         e.is_separation_of_duties as "isSeparationOfDuties", e.policy, e.version, e.created_at as "createdAt",
         e.updated_at as "updatedAt", e.current_release_id as "currentReleaseId",
         r.name || ' ' || r.version as "currentRelease", e.current_promotion_id as "currentPromotionId",
         e.current_since as "currentSince"
  from releases.environment e
  left join releases.release r on r.tenant_id = e.tenant_id and r.release_id = e.current_release_id`;

/** @returns false when the name or the place in the order is taken */
export async function insertEnvironment(tx: Tx, tenantId: string, environment: Environment): Promise<boolean> {
  const { rows } = await sql`
    insert into releases.environment
      (tenant_id, environment_id, name, place, required_approvals, is_separation_of_duties, policy, version, created_at,
       updated_at)
    values (${tenantId}, ${environment.id}, ${environment.name}, ${environment.order},
            ${environment.requiredApprovals}, ${environment.isSeparationOfDuties}, ${environment.policy},
            ${environment.version}, ${environment.createdAt}, ${environment.updatedAt})
    on conflict do nothing returning name`.execute(tx);
  return rows.length === 1;
}

export async function listEnvironments(tx: Tx, after: number | undefined, limit: number): Promise<EnvironmentRow[]> {
  const { rows } = await sql<EnvironmentRow>`
    ${SELECT} where ${after === undefined ? sql`true` : sql`e.place > ${after}`}
    order by e.place limit ${limit}`.execute(tx);
  return rows;
}

export async function findEnvironment(tx: Tx, id: string): Promise<EnvironmentRow | undefined> {
  const { rows } = await sql<EnvironmentRow>`${SELECT} where e.environment_id = ${id}`.execute(tx);
  return rows[0];
}

export async function findEnvironmentByName(tx: Tx, name: string): Promise<EnvironmentRow | undefined> {
  const { rows } = await sql<EnvironmentRow>`${SELECT} where e.name = ${name}`.execute(tx);
  return rows[0];
}

/** The environment that comes just before a place. */
export async function environmentBefore(
  tx: Tx,
  place: number,
): Promise<{ readonly id: string; readonly name: string } | undefined> {
  const { rows } = await sql<{ id: string; name: string }>`
    select environment_id as id, name from releases.environment
    where place < ${place} order by place desc limit 1`.execute(tx);
  return rows[0];
}

/** Takes the environment's lane: whoever changes it or ends a promotion into it waits. Before any promotion's lock. */
export async function lockEnvironment(tx: Tx, id: string): Promise<void> {
  await sql`select from releases.environment where environment_id = ${id} for no key update`.execute(tx);
}

export async function updateEnvironment(
  tx: Tx,
  { id, requiredApprovals, isSeparationOfDuties, policy, version, updatedAt }: EnvironmentRow,
): Promise<void> {
  await sql`
    update releases.environment
    set required_approvals = ${requiredApprovals}, is_separation_of_duties = ${isSeparationOfDuties},
        policy = ${policy}, version = ${version}, updated_at = ${updatedAt}
    where environment_id = ${id}`.execute(tx);
}

/** Something of it changed that lies elsewhere: freezes. */
export async function touchEnvironment(tx: Tx, id: string, at: string): Promise<void> {
  await sql`
    update releases.environment set version = version + 1, updated_at = ${at}
    where environment_id = ${id}`.execute(tx);
}

/** @param current null: nothing was approved for it any more */
export async function setCurrentRelease(
  tx: Tx,
  environmentId: string,
  current: { readonly releaseId: string; readonly promotionId: string; readonly since: string } | null,
  at: string,
): Promise<void> {
  await sql`
    update releases.environment
    set current_release_id = ${current?.releaseId ?? null}, current_promotion_id = ${current?.promotionId ?? null},
        current_since = ${current?.since ?? null}, version = version + 1, updated_at = ${at}
    where environment_id = ${environmentId}`.execute(tx);
}

export interface FreezeRow extends Freeze {
  readonly environmentId: string;
}

/** Freezes that have not ended, first one first. */
export async function freezesOf(tx: Tx, environmentIds: readonly string[], at: string): Promise<FreezeRow[]> {
  const { rows } = await sql<FreezeRow>`
    select freeze_id as id, environment_id as "environmentId", starts_at as "startsAt", ends_at as "endsAt", reason,
           json_build_object('id', created_by_id, 'name', created_by_name) as "createdBy"
    from releases.freeze
    where environment_id = any(${environmentIds}::uuid[]) and ends_at > ${at}
    order by starts_at, freeze_id`.execute(tx);
  return rows;
}

export async function insertFreeze(tx: Tx, tenantId: string, freeze: FreezeRow): Promise<void> {
  await sql`
    insert into releases.freeze
      (tenant_id, freeze_id, environment_id, starts_at, ends_at, reason, created_by_id, created_by_name)
    values (${tenantId}, ${freeze.id}, ${freeze.environmentId}, ${freeze.startsAt}, ${freeze.endsAt}, ${freeze.reason},
            ${freeze.createdBy.id}, ${freeze.createdBy.name})`.execute(tx);
}

/** @returns false when the environment has no such freeze */
export async function deleteFreeze(tx: Tx, environmentId: string, id: string): Promise<boolean> {
  const { rows } = await sql`
    delete from releases.freeze where environment_id = ${environmentId} and freeze_id = ${id}
    returning freeze_id`.execute(tx);
  return rows.length === 1;
}
