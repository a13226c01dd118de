import type { Database } from '@stella-ops/platform/database';
import { checkLog, logEnd } from '@stella-ops/service-attestor/log';
import { auditEnds, checkAuditChain } from '@stella-ops/service-authority/audit';
import type { BackupRecord } from './layout.ts';

export type ChainEnds = Pick<BackupRecord, 'audit' | 'log'>;

/** Where the audit trails and the log end now. */
export async function chainEnds(database: Database): Promise<ChainEnds> {
  return { audit: [...(await auditEnds(database))], log: (await logEnd(database)) ?? null };
}

/**
 * Reads every audit trail and the log as a whole.
 *
 * @param known the ends that they had before: they must still be in them
 * @returns what does not hold, one sentence each
 */
export async function chainFaults(database: Database, known: ChainEnds): Promise<readonly string[]> {
  const faults: string[] = [];
  const present = await auditEnds(database);
  for (const end of known.audit) {
    if (!present.some(({ tenantId }) => tenantId === end.tenantId)) faults.push(`tenant ${end.tenantName} is missing`);
  }
  for (const { tenantId, tenantName } of present) {
    const before = known.audit.find((end) => end.tenantId === tenantId);
    const { fault } = await checkAuditChain(database, tenantId, before === undefined ? {} : { known: before });
    if (fault !== null) faults.push(`audit trail of ${tenantName}, entry ${fault.sequence}: ${fault.sentence}`);
  }
  const log = await checkLog(database, known.log ?? undefined, new AbortController().signal);
  if (log !== undefined) faults.push(`transparency log: ${log}`);
  return faults;
}
