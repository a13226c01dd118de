import type { Digest } from '@stella-ops/engine-kernel';
import { sql, type Transaction } from 'kysely';

export interface SnapshotRow {
  readonly id: string;
  readonly digest: Digest;
  readonly documents: number;
  readonly created_at: string;
}

/** Newest first. */
export async function listSnapshots(
  tx: Transaction<unknown>,
  tenantId: string,
  beforeId: string | undefined,
  take: number,
): Promise<SnapshotRow[]> {
  const { rows } = await sql<SnapshotRow>`
    select id, digest, documents, created_at from vex.snapshot
    where tenant_id = ${tenantId} and (${beforeId ?? null}::uuid is null or id < ${beforeId ?? null}::uuid)
    order by id desc limit ${take}`.execute(tx);
  return rows;
}

export async function newestSnapshot(tx: Transaction<unknown>, tenantId: string): Promise<SnapshotRow | undefined> {
  return (await listSnapshots(tx, tenantId, undefined, 1))[0];
}

export async function addSnapshot(tx: Transaction<unknown>, tenantId: string, row: SnapshotRow): Promise<void> {
  await sql`
    insert into vex.snapshot (tenant_id, id, digest, documents, created_at)
    values (${tenantId}, ${row.id}, ${row.digest}, ${row.documents}, ${row.created_at})`.execute(tx);
}

/** When each tenant's newest snapshot was made. @param tx as relay: across tenants */
export async function newestSnapshotTimes(
  tx: Transaction<unknown>,
): Promise<{ readonly tenant_id: string; readonly created_at: string }[]> {
  const { rows } = await sql<{ tenant_id: string; created_at: string }>`
    select tenant_id, max(created_at) as created_at from vex.snapshot group by tenant_id`.execute(tx);
  return rows;
}
