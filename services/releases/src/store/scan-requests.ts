import { sql } from 'kysely';
import type { Tx } from './tx.ts';

/** A scan that this service asked for. */
export interface ScanRequest {
  readonly imageDigest: string;
  /** Counts askings; a new one is made only after the last failed and a person wants it. */
  readonly attempt: number;
  /** Null: not asked for yet in this attempt. */
  readonly scanId: string | null;
}

export async function scanRequestsOf(tx: Tx, imageDigests: readonly string[]): Promise<ScanRequest[]> {
  const { rows } = await sql<ScanRequest>`
    select image_digest as "imageDigest", attempt, scan_id as "scanId" from releases.scan_request
    where image_digest = any(${imageDigests}::text[])`.execute(tx);
  return rows;
}

export async function putScanRequest(
  tx: Tx,
  tenantId: string,
  { imageDigest, attempt, scanId }: ScanRequest,
): Promise<void> {
  await sql`
    insert into releases.scan_request as s (tenant_id, image_digest, attempt, scan_id)
    values (${tenantId}, ${imageDigest}, ${attempt}, ${scanId})
    on conflict (tenant_id, image_digest) do update
    set attempt = excluded.attempt, scan_id = excluded.scan_id, has_failed = false
    where s.attempt <= excluded.attempt`.execute(tx);
}

export async function noteFailedScan(tx: Tx, scanId: string): Promise<void> {
  await sql`update releases.scan_request set has_failed = true where scan_id = ${scanId}`.execute(tx);
}

/** Lets failed scans of a release's images be asked for again. */
export async function forgetFailedScans(tx: Tx, releaseId: string): Promise<void> {
  await sql`
    update releases.scan_request s set attempt = s.attempt + 1, scan_id = null, has_failed = false
    from releases.release_image i
    where i.release_id = ${releaseId} and i.tenant_id = s.tenant_id and i.image_digest = s.image_digest
      and s.has_failed`.execute(tx);
}
