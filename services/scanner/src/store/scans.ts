import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Digest, Timestamp } from '@stella-ops/engine-kernel';
import type { ScanStatus } from '../domain/scan-states.ts';

export interface ScanRow {
  readonly id: string;
  readonly kind: 'registry' | 'archive';
  readonly source: string;
  readonly platform: string | null;
  readonly uploadDigest: Digest | null;
  readonly status: ScanStatus;
  readonly imageDigest: Digest | null;
  readonly attempts: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly errorHint: string | null;
  readonly requestedBy: string;
  readonly actorId: string;
  readonly createdAt: Timestamp;
  readonly finishedAt: Timestamp | null;
}

const COLUMNS = sql`id, kind, source, platform, upload_digest as "uploadDigest", status, image_digest as "imageDigest",
  attempts, error_code as "errorCode", error_message as "errorMessage", error_hint as "errorHint",
  requested_by as "requestedBy", actor_id as "actorId", created_at as "createdAt", finished_at as "finishedAt"`;

export interface NewScan extends Pick<
  ScanRow,
  'id' | 'kind' | 'source' | 'platform' | 'uploadDigest' | 'requestedBy' | 'actorId' | 'createdAt'
> {
  readonly tenantId: string;
}

export async function insertScan<T>(tx: Transaction<T>, scan: NewScan): Promise<ScanRow> {
  const { rows } = await sql<ScanRow>`
    insert into scanner.scan
      (tenant_id, id, kind, source, platform, upload_digest, status, requested_by, actor_id, created_at)
    values (${scan.tenantId}, ${scan.id}, ${scan.kind}, ${scan.source}, ${scan.platform}, ${scan.uploadDigest}, 'queued',
            ${scan.requestedBy}, ${scan.actorId}, ${scan.createdAt})
    returning ${COLUMNS}`.execute(tx);
  return rows[0] as ScanRow;
}

export async function findScan<T>(tx: Transaction<T>, tenantId: string, id: string): Promise<ScanRow | undefined> {
  const { rows } = await sql<ScanRow>`
    select ${COLUMNS} from scanner.scan where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
  return rows[0];
}

/** The scan, and nobody else changes it before this transaction ends. */
export async function lockScan<T>(tx: Transaction<T>, tenantId: string, id: string): Promise<ScanRow | undefined> {
  const { rows } = await sql<ScanRow>`
    select ${COLUMNS} from scanner.scan where tenant_id = ${tenantId} and id = ${id} for update`.execute(tx);
  return rows[0];
}

export interface ScanChange {
  readonly status: ScanStatus;
  readonly attempts: number;
  readonly imageDigest?: Digest;
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  readonly finishedAt?: Timestamp;
}

/** A change of state; an error that is left out is cleared. */
export async function updateScan<T>(
  tx: Transaction<T>,
  tenantId: string,
  id: string,
  change: ScanChange,
): Promise<void> {
  const { status, attempts, imageDigest = null, error, finishedAt = null } = change;
  await sql`
    update scanner.scan
    set status = ${status}, attempts = ${attempts}, image_digest = ${imageDigest}, error_code = ${error?.code ?? null},
        error_message = ${error?.message ?? null}, error_hint = ${error?.hint ?? null}, finished_at = ${finishedAt}
    where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
}

/** Newest first. */
export async function listScans<T>(
  tx: Transaction<T>,
  query: {
    readonly tenantId: string;
    readonly status: ScanStatus | undefined;
    readonly after: string | undefined;
    readonly take: number;
  },
): Promise<readonly ScanRow[]> {
  const conditions: RawBuilder<unknown>[] = [sql`tenant_id = ${query.tenantId}`];
  if (query.status !== undefined) conditions.push(sql`status = ${query.status}`);
  if (query.after !== undefined) conditions.push(sql`id < ${query.after}::uuid`);
  const { rows } = await sql<ScanRow>`
    select ${COLUMNS} from scanner.scan where ${sql.join(conditions, sql` and `)}
    order by id desc limit ${query.take}`.execute(tx);
  return rows;
}

/** Whether a scan still waits for these bytes. */
export async function isUploadNeeded<T>(tx: Transaction<T>, tenantId: string, digest: Digest): Promise<boolean> {
  const { rows } = await sql<{ needed: boolean }>`
    select exists (select from scanner.scan
                   where tenant_id = ${tenantId} and upload_digest = ${digest} and finished_at is null) as needed`.execute(
    tx,
  );
  return rows[0]?.needed === true;
}
