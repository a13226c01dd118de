import { sql, type Transaction } from 'kysely';
import type { AuditExport } from '@stella-ops/contracts/evidence';

interface Row {
  readonly id: string;
  readonly first_sequence: bigint;
  readonly last_sequence: bigint;
  readonly before_hash: string;
  readonly after_hash: string;
  readonly first_at: string;
  readonly last_at: string;
  readonly entries_digest: string;
  readonly entries_size_bytes: bigint;
  readonly statement_digest: string;
  readonly bundle_digest: string;
  readonly log_index: bigint;
  readonly exported_at: string;
  readonly exported_by_id: string;
  readonly exported_by_name: string;
}

const COLUMNS = sql`id, first_sequence, last_sequence, before_hash, after_hash, first_at, last_at, entries_digest,
  entries_size_bytes, statement_digest, bundle_digest, log_index, exported_at, exported_by_id, exported_by_name`;

/** Undefined when these entries were exported before. */
export async function insertAuditExport<Tables>(
  tx: Transaction<Tables>,
  tenantId: string,
  made: AuditExport,
): Promise<AuditExport | undefined> {
  const { rows } = await sql<Row>`
    insert into evidence.audit_export (tenant_id, ${COLUMNS})
    values (${tenantId}, ${made.id}, ${made.first}, ${made.last}, ${made.before}, ${made.after}, ${made.firstAt},
            ${made.lastAt}, ${made.entriesDigest}, ${made.entriesSizeBytes}, ${made.statementDigest},
            ${made.bundleDigest}, ${made.logIndex}, ${made.exportedAt}, ${made.exportedBy.id}, ${made.exportedBy.name})
    on conflict (tenant_id, first_sequence, last_sequence) do nothing
    returning ${COLUMNS}`.execute(tx);
  return rows.map(exportOf)[0];
}

export async function findAuditExportOf<Tables>(
  tx: Transaction<Tables>,
  first: number,
  last: number,
): Promise<AuditExport | undefined> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from evidence.audit_export
    where first_sequence = ${first} and last_sequence = ${last}`.execute(tx);
  return rows.map(exportOf)[0];
}

export async function findAuditExport<Tables>(
  tx: Transaction<Tables>,
  exportId: string,
): Promise<AuditExport | undefined> {
  const { rows } = await sql<Row>`select ${COLUMNS} from evidence.audit_export where id = ${exportId}`.execute(tx);
  return rows.map(exportOf)[0];
}

/** Newest first; `before` is the id of the last export that was seen. */
export async function listAuditExports<Tables>(
  tx: Transaction<Tables>,
  page: { readonly before: string | undefined; readonly take: number },
): Promise<readonly AuditExport[]> {
  const { rows } = await sql<Row>`
    select ${COLUMNS} from evidence.audit_export
    where ${page.before === undefined ? sql`true` : sql`id < ${page.before}`}
    order by id desc limit ${page.take}`.execute(tx);
  return rows.map(exportOf);
}

function exportOf(row: Row): AuditExport {
  return {
    id: row.id,
    first: Number(row.first_sequence),
    last: Number(row.last_sequence),
    before: row.before_hash,
    after: row.after_hash,
    firstAt: row.first_at,
    lastAt: row.last_at,
    entriesDigest: row.entries_digest,
    entriesSizeBytes: Number(row.entries_size_bytes),
    statementDigest: row.statement_digest,
    bundleDigest: row.bundle_digest,
    logIndex: Number(row.log_index),
    exportedAt: row.exported_at,
    exportedBy: { id: row.exported_by_id, name: row.exported_by_name },
  };
}
