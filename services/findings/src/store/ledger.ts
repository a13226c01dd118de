import { sql, type Transaction } from 'kysely';
import { json } from '@stella-ops/platform/database';
import type { Digest } from '@stella-ops/engine-kernel';
import { CHAIN_START, type ChainEnd, type LedgerBody, type LedgerRow } from '../domain/ledger-chain.ts';

/** Locks the end of the tenant's chain: until the commit nobody else adds to it. So it is the last lock of a transaction. */
export async function lockChain(tx: Transaction<unknown>, tenantId: string): Promise<ChainEnd> {
  const { rows } = await sql<{ sequence: bigint; hash: Digest }>`
    insert into findings.head as head (tenant_id, sequence, hash) values (${tenantId}, 0, ${CHAIN_START})
    on conflict (tenant_id) do update set hash = head.hash
    returning sequence, hash`.execute(tx);
  const [end] = rows;
  if (end === undefined) throw new Error('the end of the ledger cannot be read');
  return end;
}

/** Adds rows in one statement. */
export async function appendRows(
  tx: Transaction<unknown>,
  tenantId: string,
  rows: readonly LedgerRow[],
): Promise<void> {
  const values = rows.map(({ sequence, findingId, body, hash }) => ({
    sequence: Number(sequence),
    finding_id: findingId,
    body,
    hash,
  }));
  await sql`
    insert into findings.ledger (tenant_id, sequence, finding_id, body, hash)
    select ${tenantId}::uuid, sequence, finding_id, body, hash
    from jsonb_to_recordset(${json(values)}) as row (sequence int8, finding_id uuid, body text, hash text)`.execute(tx);
}

export async function moveChain(
  tx: Transaction<unknown>,
  tenantId: string,
  { sequence, hash }: ChainEnd,
): Promise<void> {
  await sql`
    update findings.head set sequence = ${sequence}, hash = ${hash} where tenant_id = ${tenantId}`.execute(tx);
}

/** Where the chain ends, by its own record and by the last row that is there. */
export async function chainEnds(
  tx: Transaction<unknown>,
): Promise<{ readonly end: ChainEnd; readonly lastRow: bigint }> {
  const { rows } = await sql<{ sequence: bigint | null; hash: Digest | null; last_row: bigint }>`
    select head.sequence, head.hash, (select coalesce(max(sequence), 0) from findings.ledger) as last_row
    from (select 1) as one left join findings.head on true`.execute(tx);
  const row = rows[0];
  return {
    end: { sequence: row?.sequence ?? 0n, hash: row?.hash ?? CHAIN_START },
    lastRow: row?.last_row ?? 0n,
  };
}

/** Rows after a sequence, up to another, in order. */
export async function ledgerRows(tx: Transaction<unknown>, after: bigint, upTo: bigint): Promise<readonly LedgerRow[]> {
  const { rows } = await sql<LedgerRow>`
    select sequence, finding_id as "findingId", body, hash from findings.ledger
    where sequence > ${after} and sequence <= ${upTo} order by sequence`.execute(tx);
  return rows;
}

/** What happened to a finding, oldest first. */
export async function entriesOfFinding(
  tx: Transaction<unknown>,
  findingId: string,
  after: number,
  take: number,
): Promise<readonly { readonly body: LedgerBody; readonly hash: string }[]> {
  const { rows } = await sql<{ body: string; hash: string }>`
    select body, hash from findings.ledger
    where finding_id = ${findingId} and sequence > ${after} order by sequence limit ${take}`.execute(tx);
  return rows.map(({ body, hash }) => ({ body: JSON.parse(body) as LedgerBody, hash }));
}
