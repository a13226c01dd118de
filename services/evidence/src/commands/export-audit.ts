import { actorOf } from '@stella-ops/contracts';
import type { AuditExport } from '@stella-ops/contracts/evidence';
import { auditStatement } from '@stella-ops/engine-capsule';
import { digestOf } from '@stella-ops/engine-kernel';
import { readAuditEnd } from '@stella-ops/platform/audit';
import type { RequestContext } from '@stella-ops/platform/http';
import { fail } from '../errors.ts';
import { walkTrail } from '../queries/walk-trail.ts';
import type { Sealing } from '../sealing.ts';
import { findAuditExportOf, insertAuditExport } from '../store/audit-exports.ts';
import { attest } from './attest.ts';

interface Answer {
  readonly status: 200 | 201;
  readonly body: AuditExport;
}

/**
 * Signs a part of the audit trail for somebody who waits. The same part is signed once, whoever asks.
 *
 * @throws AppError `AUDIT_RANGE_INVALID`, `AUDIT_RANGE_TOO_LONG`, `AUDIT_BROKEN`, and what the attestor answers
 */
export async function exportAudit(
  sealing: Sealing,
  asked: { readonly first?: number | undefined; readonly last?: number | undefined },
  context: RequestContext,
): Promise<Answer> {
  const { host, clock, ids, record } = sealing;
  const { caller } = context;
  const { tenantId } = caller;
  const startedMs = clock.monotonicMs();
  const { first, last } = await chooseRange(sealing, tenantId, asked);
  const read = { isReadOnly: true } as const;
  const known = await host.database.withTenant(tenantId, (tx) => findAuditExportOf(tx, first, last), read);
  if (known !== undefined) return { status: 200, body: known };

  const walked = await walkTrail(host, tenantId, first, last, context.signal);
  if ('fault' in walked) {
    record.refused(1, { code: 'AUDIT_BROKEN' });
    throw fail('AUDIT_BROKEN', `the audit trail is not exported: ${walked.fault}`);
  }
  const { range, digest: entriesDigest, sizeBytes: entriesSizeBytes } = walked;
  const exportedBy = { id: actorOf(caller), name: caller.name };
  const exportedAt = clock.now();
  const statement = auditStatement({ range, entriesDigest, entriesSizeBytes, exportedAt, exportedBy });
  const seal = await attest(sealing, { tenantId, onBehalfOf: exportedBy.id }, statement);
  const bundle = await host.objects.tenant(tenantId, 'evidence').put(seal.bundle);
  const made: AuditExport = {
    id: ids.uuid(),
    first,
    last,
    before: range.before,
    after: range.after,
    firstAt: range.firstAt,
    lastAt: range.lastAt,
    entriesDigest,
    entriesSizeBytes,
    statementDigest: digestOf(statement),
    bundleDigest: bundle.digest,
    logIndex: seal.logIndex,
    exportedAt,
    exportedBy,
  };
  const answer = await host.change(context, async (tx, change): Promise<Answer> => {
    const added = await insertAuditExport(tx, tenantId, made);
    const body = added ?? (await findAuditExportOf(tx, first, last));
    if (body === undefined) throw new Error('an export is in the way that cannot be read');
    change.audit(
      { type: 'audit-export', id: body.id },
      { first, last, after: range.after, isNew: added !== undefined },
    );
    return { status: added === undefined ? 200 : 201, body };
  });
  if (answer.status === 201) {
    record.sealed(1, { kind: 'audit' });
    record.sealSeconds((clock.monotonicMs() - startedMs) / 1000, { kind: 'audit' });
  }
  return answer;
}

async function chooseRange(
  { host, config }: Sealing,
  tenantId: string,
  asked: { readonly first?: number | undefined; readonly last?: number | undefined },
): Promise<{ readonly first: number; readonly last: number }> {
  const end = await host.database.withTenant(tenantId, (tx) => readAuditEnd(tx, tenantId), { isReadOnly: true });
  const { first = 1, last = Number(end.sequence) } = asked;
  if (first > last || last > Number(end.sequence))
    throw fail('AUDIT_RANGE_INVALID', `entries ${first} to ${last} are not in the trail: it ends at ${end.sequence}`);
  const most = config.maxAuditEntries;
  if (last - first + 1 > most)
    throw fail('AUDIT_RANGE_TOO_LONG', `${last - first + 1} entries are over the limit of ${most} for one export`);
  return { first, last };
}
