import { sql } from 'kysely';
import type { Tx } from './tx.ts';

export interface AgentRow {
  readonly id: string;
  readonly name: string;
  readonly softwareVersion: string;
  readonly platform: string | null;
  readonly enrolledAt: string;
  readonly lastSeenAt: string | null;
  readonly revokedAt: string | null;
  /** Of the newest certificate. */
  readonly certificateSerial: string;
  readonly certificateExpiresAt: string;
  /** Names. */
  readonly targets: readonly string[];
}

const SELECT = sql`
  select a.agent_id as id, a.name, a.software_version as "softwareVersion", a.platform, a.enrolled_at as "enrolledAt",
         a.last_seen_at as "lastSeenAt", a.revoked_at as "revokedAt", c.serial as "certificateSerial",
         c.not_after as "certificateExpiresAt",
         array(select t.name from releases.target t
               where t.tenant_id = a.tenant_id and t.agent_id = a.agent_id and t.removed_at is null
               order by t.name) as targets
  from releases.agent a
  join lateral (
    select serial, not_after from releases.agent_certificate c
    where c.tenant_id = a.tenant_id and c.agent_id = a.agent_id
    order by c.not_before desc, c.not_after desc limit 1
  ) c on true`;

export interface AgentKey {
  readonly name: string;
  readonly id: string;
}

export async function listAgents(tx: Tx, after: AgentKey | undefined, limit: number): Promise<AgentRow[]> {
  const { rows } = await sql<AgentRow>`
    ${SELECT}
    where ${after === undefined ? sql`true` : sql`(a.name, a.agent_id) > (${after.name}, ${after.id}::uuid)`}
    order by a.name, a.agent_id limit ${limit}`.execute(tx);
  return rows;
}

export async function findAgent(tx: Tx, id: string): Promise<AgentRow | undefined> {
  const { rows } = await sql<AgentRow>`${SELECT} where a.agent_id = ${id}`.execute(tx);
  return rows[0];
}

/** The one that bears the name now. */
export async function findAgentByName(tx: Tx, name: string): Promise<AgentRow | undefined> {
  const { rows } = await sql<AgentRow>`${SELECT} where a.name = ${name} and a.revoked_at is null`.execute(tx);
  return rows[0];
}

export interface NewAgent {
  readonly id: string;
  readonly name: string;
  readonly softwareVersion: string;
  readonly platform: string;
  readonly at: string;
}

/** @returns false when an agent bears the name */
export async function insertAgent(tx: Tx, tenantId: string, agent: NewAgent): Promise<boolean> {
  const { rows } = await sql`
    insert into releases.agent (tenant_id, agent_id, name, software_version, platform, enrolled_at)
    values (${tenantId}, ${agent.id}, ${agent.name}, ${agent.softwareVersion}, ${agent.platform}, ${agent.at})
    on conflict do nothing returning agent_id`.execute(tx);
  return rows.length === 1;
}

export async function revokeAgent(tx: Tx, id: string, at: string): Promise<boolean> {
  const { rows } = await sql`
    update releases.agent set revoked_at = ${at} where agent_id = ${id} and revoked_at is null
    returning agent_id`.execute(tx);
  await sql`
    update releases.agent_certificate set ends_at = ${at}
    where agent_id = ${id} and (ends_at is null or ends_at > ${at})`.execute(tx);
  return rows.length === 1;
}

/** Heard of it. Written at most every few seconds: each wait for a task and each observation would be a write else. */
export async function touchAgent(
  tx: Tx,
  id: string,
  seen: { readonly softwareVersion: string; readonly platform: string; readonly at: string },
): Promise<void> {
  await sql`
    update releases.agent
    set last_seen_at = ${seen.at}, software_version = ${seen.softwareVersion}, platform = ${seen.platform}
    where agent_id = ${id}
      and (last_seen_at is null or last_seen_at < ${seen.at}::timestamptz - interval '5 seconds'
           or software_version <> ${seen.softwareVersion} or platform is distinct from ${seen.platform})`.execute(tx);
}

/** Targets of revoked agents of the name go to the agent that has it now. */
export async function inheritTargets(tx: Tx, name: string, agentId: string): Promise<void> {
  await sql`
    update releases.target t set agent_id = ${agentId}, version = t.version + 1
    from releases.agent a
    where a.tenant_id = t.tenant_id and a.agent_id = t.agent_id and a.name = ${name} and a.revoked_at is not null
      and t.removed_at is null`.execute(tx);
}
