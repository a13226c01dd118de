import { sql, type Transaction } from 'kysely';

/** How often the tenant's documents have changed; 0 before the first. */
export async function versionOf(tx: Transaction<unknown>, tenantId: string): Promise<bigint> {
  const { rows } = await sql<{ version: bigint }>`
    select version from vex.head where tenant_id = ${tenantId}`.execute(tx);
  return rows[0]?.version ?? 0n;
}

/**
 * Counts a change for whoever knew the version before it. Others wait until the transaction ends.
 *
 * @returns false when the documents have changed since
 */
export async function raiseVersion(tx: Transaction<unknown>, tenantId: string, known: bigint): Promise<boolean> {
  const { rows } = await sql<{ version: bigint }>`
    insert into vex.head as head (tenant_id, version) values (${tenantId}, 1)
    on conflict (tenant_id) do update set version = head.version + 1
    returning version`.execute(tx);
  return rows[0]?.version === known + 1n;
}
