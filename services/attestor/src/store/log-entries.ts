import { sql, type Transaction } from 'kysely';

export interface EntryRow {
  readonly index: number;
  readonly leafHash: Buffer;
  readonly body: Buffer;
}

/** Indices of the leaves that the log holds, by leaf hash in hex. */
export async function indicesOf(
  tx: Transaction<unknown>,
  leafHashes: readonly Buffer[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ leaf_hash: Buffer; log_index: bigint }>`
    select leaf_hash, log_index from attestor.entry
    where leaf_hash = any(${[...leafHashes]}::bytea[])`.execute(tx);
  return new Map(rows.map((row) => [row.leaf_hash.toString('hex'), Number(row.log_index)]));
}

export async function insertEntries(tx: Transaction<unknown>, entries: readonly EntryRow[]): Promise<void> {
  await sql`
    insert into attestor.entry (log_index, leaf_hash, body)
    select * from unnest(${entries.map(({ index }) => index)}::int8[], ${entries.map(({ leafHash }) => leafHash)}::bytea[],
                         ${entries.map(({ body }) => body)}::bytea[])`.execute(tx);
}

/** `from` and up to, not including, `to`, in order. */
export async function entriesBetween(tx: Transaction<unknown>, from: number, to: number): Promise<readonly EntryRow[]> {
  const { rows } = await sql<{ log_index: bigint; leaf_hash: Buffer; body: Buffer }>`
    select log_index, leaf_hash, body from attestor.entry
    where log_index >= ${from} and log_index < ${to} order by log_index`.execute(tx);
  return rows.map((row) => ({ index: Number(row.log_index), leafHash: row.leaf_hash, body: row.body }));
}

/** Who may read which entry by its number. */
export async function insertOwners(
  tx: Transaction<unknown>,
  owners: readonly { readonly tenantId: string; readonly index: number }[],
): Promise<void> {
  await sql`
    insert into attestor.entry_owner (tenant_id, log_index)
    select * from unnest(${owners.map(({ tenantId }) => tenantId)}::uuid[], ${owners.map(({ index }) => index)}::int8[])
    on conflict do nothing`.execute(tx);
}

export async function ownsEntry(tx: Transaction<unknown>, tenantId: string, index: number): Promise<boolean> {
  const { rows } = await sql`
    select from attestor.entry_owner where tenant_id = ${tenantId} and log_index = ${index}`.execute(tx);
  return rows.length > 0;
}
