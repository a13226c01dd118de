import type { ObservedContainer } from '@stella-ops/contracts/deployments';
import { json } from '@stella-ops/platform/database';
import { sql } from 'kysely';
import type { StoredDrift } from '../domain/drift.ts';
import type { Tx } from './tx.ts';

export interface StoredContainer extends ObservedContainer {
  /** Every digest that its image is known by. */
  readonly digests: readonly string[];
}

export interface TargetRow {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly environmentId: string;
  readonly kind: 'docker' | 'script';
  readonly agentId: string;
  readonly agent: string;
  readonly platform: string | null;
  readonly engineVersion: string | null;
  readonly release: string | null;
  readonly releaseId: string | null;
  readonly deploymentId: string | null;
  readonly planDigest: string | null;
  readonly seenAt: string | null;
  readonly observedAt: string | null;
  readonly isStale: boolean;
  readonly containers: readonly StoredContainer[];
  readonly drift: readonly StoredDrift[];
  readonly version: number;
  readonly createdAt: string;
}

const SELECT = sql`
  select t.target_id as id, t.name, e.name as environment, t.environment_id as "environmentId", t.kind,
         t.agent_id as "agentId", a.name as agent, a.platform, t.engine_version as "engineVersion",
         r.name || ' ' || r.version as release, t.release_id as "releaseId", t.deployment_id as "deploymentId",
         t.plan_digest as "planDigest", t.seen_at as "seenAt", t.observed_at as "observedAt", t.is_stale as "isStale",
         t.containers, t.drift, t.version, t.created_at as "createdAt"
  from releases.target t
  join releases.environment e on e.tenant_id = t.tenant_id and e.environment_id = t.environment_id
  join releases.agent a on a.tenant_id = t.tenant_id and a.agent_id = t.agent_id
  left join releases.release r on r.tenant_id = t.tenant_id and r.release_id = t.release_id`;

export interface NewTarget {
  readonly id: string;
  readonly name: string;
  readonly environmentId: string;
  readonly kind: 'docker' | 'script';
  readonly agentId: string;
  readonly at: string;
}

/** @returns false when the name is taken */
export async function insertTarget(tx: Tx, tenantId: string, target: NewTarget): Promise<boolean> {
  const { rows } = await sql`
    insert into releases.target (tenant_id, target_id, name, environment_id, kind, agent_id, created_at)
    values (${tenantId}, ${target.id}, ${target.name}, ${target.environmentId}, ${target.kind}, ${target.agentId},
            ${target.at})
    on conflict do nothing returning target_id`.execute(tx);
  return rows.length === 1;
}

export async function listTargets(
  tx: Tx,
  filter: { readonly environment: string | undefined; readonly after: string | undefined; readonly limit: number },
): Promise<TargetRow[]> {
  const { rows } = await sql<TargetRow>`
    ${SELECT}
    where t.removed_at is null
      and ${filter.environment === undefined ? sql`true` : sql`e.name = ${filter.environment}`}
      and ${filter.after === undefined ? sql`true` : sql`t.name > ${filter.after}`}
    order by t.name limit ${filter.limit}`.execute(tx);
  return rows;
}

export async function findTarget(tx: Tx, id: string): Promise<TargetRow | undefined> {
  const { rows } = await sql<TargetRow>`${SELECT} where t.target_id = ${id} and t.removed_at is null`.execute(tx);
  return rows[0];
}

export async function lockTarget(tx: Tx, id: string): Promise<TargetRow | undefined> {
  const { rows } = await sql<TargetRow>`
    ${SELECT} where t.target_id = ${id} and t.removed_at is null for update of t`.execute(tx);
  return rows[0];
}

export async function targetsOfEnvironment(tx: Tx, environmentId: string): Promise<TargetRow[]> {
  const { rows } = await sql<TargetRow>`
    ${SELECT} where t.environment_id = ${environmentId} and t.removed_at is null order by t.name`.execute(tx);
  return rows;
}

export async function targetsOfAgent(
  tx: Tx,
  agentId: string,
): Promise<{ readonly id: string; readonly name: string; readonly kind: 'docker' | 'script' }[]> {
  const { rows } = await sql<{ id: string; name: string; kind: 'docker' | 'script' }>`
    select target_id as id, name, kind from releases.target
    where agent_id = ${agentId} and removed_at is null order by name`.execute(tx);
  return rows;
}

/** @returns false when a task is under way there */
export async function removeTarget(tx: Tx, id: string, at: string): Promise<boolean> {
  const { rows } = await sql`
    update releases.target t set removed_at = ${at}, version = version + 1
    where target_id = ${id} and removed_at is null
      and not exists (select from releases.task k
                      where k.tenant_id = t.tenant_id and k.target_id = t.target_id
                        and k.state in ('waiting', 'queued', 'running'))
    returning target_id`.execute(tx);
  return rows.length === 1;
}

export interface Sighting {
  readonly at: string;
  readonly observedAt: string;
  readonly engineVersion: string | null;
  readonly containers: readonly StoredContainer[];
  readonly drift: readonly StoredDrift[];
  /** Whether readers see something else than before. */
  readonly isNew: boolean;
}

export async function noteSighting(tx: Tx, id: string, seen: Sighting): Promise<void> {
  if (!seen.isNew) {
    await sql`
      update releases.target set seen_at = ${seen.at}, observed_at = ${seen.observedAt}
      where target_id = ${id}`.execute(tx);
    return;
  }
  const digests = [...new Set(seen.containers.flatMap((one) => one.digests))];
  await sql`
    update releases.target
    set seen_at = ${seen.at}, observed_at = ${seen.observedAt}, engine_version = ${seen.engineVersion},
        is_stale = false, containers = ${json(seen.containers)}, image_digests = ${digests}::text[],
        drift = ${json(seen.drift)}, version = version + 1
    where target_id = ${id}`.execute(tx);
}

/** What was carried out there; what differed before says nothing of it. */
export async function noteDeployed(
  tx: Tx,
  id: string,
  done: { readonly releaseId: string; readonly deploymentId: string; readonly planDigest: string },
): Promise<void> {
  await sql`
    update releases.target
    set release_id = ${done.releaseId}, deployment_id = ${done.deploymentId}, plan_digest = ${done.planDigest},
        drift = '[]', version = version + 1
    where target_id = ${id}`.execute(tx);
}

export async function noteStale(tx: Tx, id: string, drift: readonly StoredDrift[]): Promise<void> {
  await sql`
    update releases.target set is_stale = true, drift = ${json(drift)}, version = version + 1
    where target_id = ${id}`.execute(tx);
}

/** Targets of all tenants that nothing was heard of since a moment; for the relay's role. */
export async function silentTargets(
  tx: Tx,
  before: string,
): Promise<{ readonly tenantId: string; readonly id: string }[]> {
  const { rows } = await sql<{ tenantId: string; id: string }>`
    select tenant_id as "tenantId", target_id as id from releases.target
    where seen_at < ${before} and not is_stale and removed_at is null order by seen_at limit 200`.execute(tx);
  return rows;
}

/** Which of some deployments exist. */
export async function knownDeployments(tx: Tx, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<{ id: string }>`
    select deployment_id as id from releases.deployment where deployment_id::text = any(${ids}::text[])`.execute(tx);
  return rows.map(({ id }) => id);
}
