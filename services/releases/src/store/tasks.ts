import type { Step } from '@stella-ops/contracts/deployments';
import { json } from '@stella-ops/platform/database';
import { sql } from 'kysely';
import type { TaskState } from '../domain/task-states.ts';
import type { Tx } from './tx.ts';

export interface TaskRow {
  readonly id: string;
  readonly deploymentId: string;
  readonly targetId: string;
  readonly target: string;
  readonly agentId: string;
  readonly batch: number;
  readonly kind: 'deploy' | 'rollback';
  readonly state: TaskState;
  readonly attempt: number;
  readonly fencingToken: number;
  readonly leaseUntil: string | null;
  readonly planDigest: string;
  readonly steps: readonly Step[];
  readonly output: string;
  readonly receiptDigest: string | null;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

const SELECT = sql`
  select k.task_id as id, k.deployment_id as "deploymentId", k.target_id as "targetId", t.name as target,
         t.agent_id as "agentId", k.batch, k.kind, k.state, k.attempt, k.fencing_token as "fencingToken",
         k.lease_until as "leaseUntil", k.plan_digest as "planDigest", k.steps, k.output,
         k.receipt_digest as "receiptDigest", k.started_at as "startedAt", k.finished_at as "finishedAt"
  from releases.task k
  join releases.target t on t.tenant_id = k.tenant_id and t.target_id = k.target_id`;

export interface NewTask {
  readonly id: string;
  readonly targetId: string;
  readonly batch: number;
  readonly planDigest: string;
}

export async function insertTasks(
  tx: Tx,
  tenantId: string,
  deployment: { readonly id: string; readonly kind: 'deploy' | 'rollback' },
  tasks: readonly NewTask[],
): Promise<void> {
  await sql`
    insert into releases.task (tenant_id, task_id, deployment_id, target_id, batch, kind, state, plan_digest)
    select ${tenantId}::uuid, one.id, ${deployment.id}::uuid, one."targetId", one.batch, ${deployment.kind}, 'waiting',
           one."planDigest"
    from jsonb_to_recordset(${json(tasks)}) as one(id uuid, "targetId" uuid, batch int4, "planDigest" text)`.execute(
    tx,
  );
}

export async function tasksOf(tx: Tx, deploymentIds: readonly string[]): Promise<TaskRow[]> {
  if (deploymentIds.length === 0) return [];
  const { rows } = await sql<TaskRow>`
    ${SELECT} where k.deployment_id = any(${deploymentIds}::uuid[]) order by k.batch, t.name`.execute(tx);
  return rows;
}

export interface TaskCounts {
  readonly deploymentId: string;
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** How far some deployments are, without what their targets reported. */
export async function countTasks(tx: Tx, deploymentIds: readonly string[]): Promise<TaskCounts[]> {
  if (deploymentIds.length === 0) return [];
  const { rows } = await sql<TaskCounts>`
    select deployment_id as "deploymentId", count(*)::int4 as total,
           (count(*) filter (where state = 'succeeded'))::int4 as succeeded,
           (count(*) filter (where state = 'failed'))::int4 as failed
    from releases.task where deployment_id = any(${deploymentIds}::uuid[]) group by deployment_id`.execute(tx);
  return rows;
}

export async function findTask(tx: Tx, id: string): Promise<TaskRow | undefined> {
  const { rows } = await sql<TaskRow>`${SELECT} where k.task_id = ${id}`.execute(tx);
  return rows[0];
}

/** The task of an agent; of another agent's there is none. */
export async function findTaskOfAgent(tx: Tx, id: string, agentId: string): Promise<TaskRow | undefined> {
  const { rows } = await sql<TaskRow>`${SELECT} where k.task_id = ${id} and t.agent_id = ${agentId}`.execute(tx);
  return rows[0];
}

export async function lockTask(tx: Tx, id: string): Promise<TaskRow | undefined> {
  const { rows } = await sql<TaskRow>`${SELECT} where k.task_id = ${id} for update of k`.execute(tx);
  return rows[0];
}

/** The next task for an agent: one that waits for it, or whose lease is over. Look again under its lock. */
export async function nextTask(tx: Tx, agentId: string, at: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select k.task_id as id
    from releases.task k
    join releases.target t on t.tenant_id = k.tenant_id and t.target_id = k.target_id
    join releases.agent a on a.tenant_id = t.tenant_id and a.agent_id = t.agent_id and a.revoked_at is null
    where t.agent_id = ${agentId}
      and (k.state = 'queued' or (k.state = 'running' and k.lease_until <= ${at}))
    order by k.task_id limit 1`.execute(tx);
  return rows[0]?.id;
}

/** @returns the new fencing token */
export async function leaseTask(tx: Tx, id: string, at: string, leaseUntil: string): Promise<number> {
  const { rows } = await sql<{ token: number }>`
    update releases.task
    set state = 'running', fencing_token = fencing_token + 1, lease_until = ${leaseUntil},
        started_at = coalesce(started_at, ${at})
    where task_id = ${id} returning fencing_token as token`.execute(tx);
  return rows[0]?.token ?? 0;
}

export async function progressTask(
  tx: Tx,
  id: string,
  now: { readonly steps: readonly Step[]; readonly output: string; readonly leaseUntil: string },
): Promise<void> {
  await sql`
    update releases.task set steps = ${json(now.steps)}, output = ${now.output}, lease_until = ${now.leaseUntil}
    where task_id = ${id}`.execute(tx);
}

export async function endTask(
  tx: Tx,
  id: string,
  end: {
    readonly state: 'succeeded' | 'failed';
    readonly steps: readonly Step[];
    readonly output: string;
    readonly receiptDigest: string;
    readonly at: string;
  },
): Promise<void> {
  await sql`
    update releases.task
    set state = ${end.state}, steps = ${json(end.steps)}, output = ${end.output},
        receipt_digest = ${end.receiptDigest}, lease_until = null, finished_at = ${end.at}
    where task_id = ${id}`.execute(tx);
}

/** @param finishedAt null: it has not ended */
export async function moveTasks(
  tx: Tx,
  ids: readonly string[],
  state: TaskState,
  finishedAt: string | null,
): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update releases.task set state = ${state}, lease_until = null, finished_at = ${finishedAt}
    where task_id = any(${ids}::uuid[])`.execute(tx);
}

/** Once more from the beginning; its fencing token goes on growing. */
export async function retryTasks(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    update releases.task
    set state = 'waiting', attempt = attempt + 1, steps = '[]', output = '', receipt_digest = null, lease_until = null,
        started_at = null, finished_at = null
    where task_id = any(${ids}::uuid[])`.execute(tx);
}

/** Leases of all tenants that are over; for the relay's role. */
export async function expiredLeases(tx: Tx, at: string): Promise<{ readonly tenantId: string; readonly id: string }[]> {
  const { rows } = await sql<{ tenantId: string; id: string }>`
    select tenant_id as "tenantId", task_id as id from releases.task
    where state = 'running' and lease_until <= ${at} order by lease_until limit 200`.execute(tx);
  return rows;
}

/** Which of some agents have a task that waits for them; for the relay's role. */
export async function agentsWithTasks(tx: Tx, agentIds: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct t.agent_id as id
    from releases.task k
    join releases.target t on t.tenant_id = k.tenant_id and t.target_id = k.target_id
    where k.state = 'queued' and t.agent_id = any(${agentIds}::uuid[])`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Whether an agent works on a target now. */
export async function isTargetBusy(tx: Tx, targetId: string): Promise<boolean> {
  const { rows } = await sql`
    select from releases.task where target_id = ${targetId} and state = 'running' limit 1`.execute(tx);
  return rows.length > 0;
}
