import { sql, type Transaction } from 'kysely';

/** How often packs and exceptions of the tenant have changed. */
export async function readRevision<T>(tx: Transaction<T>, tenantId: string): Promise<bigint> {
  const { rows } = await sql<{ revision: bigint }>`
    select revision from policy.state where tenant_id = ${tenantId}`.execute(tx);
  return rows[0]?.revision ?? 0n;
}

/** The same, and nobody changes packs or exceptions until the transaction ends. */
export async function holdRevision<T>(tx: Transaction<T>, tenantId: string): Promise<bigint> {
  const { rows } = await sql<{ revision: bigint }>`
    select revision from policy.state where tenant_id = ${tenantId} for share`.execute(tx);
  return rows[0]?.revision ?? 0n;
}

/** Counts a change, and lets one transaction at a time change packs and exceptions of a tenant. */
export async function countRevision<T>(tx: Transaction<T>, tenantId: string): Promise<void> {
  await sql`
    insert into policy.state as state (tenant_id, revision) values (${tenantId}, 1)
    on conflict (tenant_id) do update set revision = state.revision + 1`.execute(tx);
}

/** Tenants that this service keeps anything for. @param tx of the relay role */
export async function knownTenants<T>(tx: Transaction<T>): Promise<readonly string[]> {
  const { rows } = await sql<{ tenantId: string }>`
    select tenant_id as "tenantId" from policy.state union select tenant_id from policy.image`.execute(tx);
  return rows.map(({ tenantId }) => tenantId);
}
