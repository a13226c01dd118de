import { packAudit } from '@stella-ops/engine-capsule';
import type { Digest } from '@stella-ops/engine-kernel';
import type { ServiceHost } from '@stella-ops/platform/service';
import { fail } from '../errors.ts';
import { findAuditExport } from '../store/audit-exports.ts';
import { openEvidence } from './open-evidence.ts';
import { trailLines } from './read-trail.ts';

/**
 * The package of an export, made of the trail as it is stored now. Entries that are not those that were signed end it in
 * an error and never as a whole answer.
 *
 * @throws AppError `NOT_FOUND`, also for an export of another tenant; `EVIDENCE_LOST`
 */
export async function openAuditPackage(
  host: ServiceHost,
  tenantId: string,
  exportId: string,
): Promise<AsyncIterable<Uint8Array>> {
  const made = await host.database.withTenant(tenantId, (tx) => findAuditExport(tx, exportId), { isReadOnly: true });
  if (made === undefined) throw fail('NOT_FOUND', `there is no export ${exportId} of the audit trail`);
  const { first, last, firstAt, lastAt, exportedAt, exportedBy, entriesSizeBytes } = made;
  const chunks: Uint8Array[] = [];
  for await (const chunk of await openEvidence(host, tenantId, 'evidence', made.bundleDigest)) chunks.push(chunk);
  const audit = {
    range: {
      tenantId,
      first,
      last,
      entries: last - first + 1,
      before: made.before as Digest,
      after: made.after as Digest,
      firstAt,
      lastAt,
    },
    entriesDigest: made.entriesDigest as Digest,
    entriesSizeBytes,
    exportedAt,
    exportedBy,
  };
  return packAudit(audit, Buffer.concat(chunks), () => trailLines(host, tenantId, first, last));
}
