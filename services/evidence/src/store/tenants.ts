import { sql, type Transaction } from 'kysely';

/** Tenants that have evidence, for the relay role. */
export async function tenantsWithPackets<Tables>(tx: Transaction<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ tenant_id: string }>`select distinct tenant_id from evidence.packet`.execute(tx);
  return rows.map((row) => row.tenant_id);
}
