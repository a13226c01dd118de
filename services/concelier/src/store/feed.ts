import { sql, type Transaction } from 'kysely';

export interface FeedRow {
  readonly version: bigint;
  /** The version that the newest snapshot stands for; 0 before the first. */
  readonly snapshot_version: bigint;
}

/** Counts a change of the tenant's observations. Others that add some wait until the transaction ends. */
export async function raiseVersion(tx: Transaction<unknown>, tenantId: string): Promise<void> {
  await sql`
    insert into concelier.feed as feed (tenant_id, version, snapshot_version) values (${tenantId}, 1, 0)
    on conflict (tenant_id) do update set version = feed.version + 1`.execute(tx);
}

/** @param isLocked keep others from changing it until the transaction ends */
export async function findFeed(
  tx: Transaction<unknown>,
  tenantId: string,
  isLocked = false,
): Promise<FeedRow | undefined> {
  const { rows } = await sql<FeedRow>`
    select version, snapshot_version from concelier.feed where tenant_id = ${tenantId}
    ${isLocked ? sql`for update` : sql``}`.execute(tx);
  return rows[0];
}

export async function setSnapshotVersion(tx: Transaction<unknown>, tenantId: string, version: bigint): Promise<void> {
  await sql`
    update concelier.feed set snapshot_version = greatest(snapshot_version, ${version}::int8)
    where tenant_id = ${tenantId}`.execute(tx);
}
