import type { Digest } from '@stella-ops/engine-kernel';
import { sql, type Transaction } from 'kysely';

export interface DocumentRow {
  readonly id: string;
  readonly digest: Digest;
  readonly document_id: string;
  readonly author: string | null;
  readonly said_at: string | null;
  readonly statements: number;
  readonly provider: string;
  readonly received_at: string;
}

const COLUMNS = sql.raw('id, digest, document_id, author, said_at, statements, provider, received_at');

/** Newest first. */
export async function listDocuments(
  tx: Transaction<unknown>,
  tenantId: string,
  beforeId: string | undefined,
  take: number,
): Promise<DocumentRow[]> {
  const { rows } = await sql<DocumentRow>`
    select ${COLUMNS} from vex.document
    where tenant_id = ${tenantId} and (${beforeId ?? null}::uuid is null or id < ${beforeId ?? null}::uuid)
    order by id desc limit ${take}`.execute(tx);
  return rows;
}

export async function findDocument(
  tx: Transaction<unknown>,
  tenantId: string,
  digest: string,
): Promise<DocumentRow | undefined> {
  const { rows } = await sql<DocumentRow>`
    select ${COLUMNS} from vex.document where tenant_id = ${tenantId} and digest = ${digest}`.execute(tx);
  return rows[0];
}

/** Of all documents, in code-unit order. */
export async function documentDigests(tx: Transaction<unknown>, tenantId: string): Promise<Digest[]> {
  const { rows } = await sql<{ digest: Digest }>`
    select digest from vex.document where tenant_id = ${tenantId} order by digest`.execute(tx);
  return rows.map(({ digest }) => digest);
}

export async function addDocument(tx: Transaction<unknown>, tenantId: string, row: DocumentRow): Promise<void> {
  await sql`
    insert into vex.document
      (tenant_id, id, digest, document_id, author, said_at, statements, provider, received_at)
    values (${tenantId}, ${row.id}, ${row.digest}, ${row.document_id}, ${row.author}, ${row.said_at},
            ${row.statements}, ${row.provider}, ${row.received_at})`.execute(tx);
}
