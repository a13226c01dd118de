import type { Digest } from '@stella-ops/engine-kernel';
import { sql, type Transaction } from 'kysely';

export interface SnapshotRow {
  readonly id: string;
  readonly digest: Digest;
  readonly index_digest: Digest;
  readonly records: number;
  readonly size_bytes: bigint;
  readonly created_at: string;
}

const COLUMNS = sql.raw('id, digest, index_digest, records, size_bytes, created_at');

/** Newest first. */
export async function listSnapshots(
  tx: Transaction<unknown>,
  tenantId: string,
  beforeId: string | undefined,
  take: number,
): Promise<SnapshotRow[]> {
  const { rows } = await sql<SnapshotRow>`
    select ${COLUMNS} from concelier.snapshot
    where tenant_id = ${tenantId} and (${beforeId ?? null}::uuid is null or id < ${beforeId ?? null}::uuid)
    order by id desc limit ${take}`.execute(tx);
  return rows;
}

export async function newestSnapshot(tx: Transaction<unknown>, tenantId: string): Promise<SnapshotRow | undefined> {
  return (await listSnapshots(tx, tenantId, undefined, 1))[0];
}

export async function findSnapshot(
  tx: Transaction<unknown>,
  tenantId: string,
  id: string,
): Promise<SnapshotRow | undefined> {
  const { rows } = await sql<SnapshotRow>`
    select ${COLUMNS} from concelier.snapshot where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
  return rows[0];
}

/** @returns false when the tenant has this snapshot already */
export async function addSnapshot(tx: Transaction<unknown>, tenantId: string, row: SnapshotRow): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    insert into concelier.snapshot (tenant_id, id, digest, index_digest, records, size_bytes, created_at)
    values (${tenantId}, ${row.id}, ${row.digest}, ${row.index_digest}, ${row.records}, ${row.size_bytes},
            ${row.created_at})
    on conflict do nothing returning id`.execute(tx);
  return rows.length > 0;
}

/** When each tenant's newest snapshot was made. @param tx as relay: across tenants */
export async function newestSnapshotTimes(
  tx: Transaction<unknown>,
): Promise<{ readonly tenant_id: string; readonly created_at: string }[]> {
  const { rows } = await sql<{ tenant_id: string; created_at: string }>`
    select tenant_id, max(created_at) as created_at from concelier.snapshot group by tenant_id`.execute(tx);
  return rows;
}
