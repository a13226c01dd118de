import { Id } from '@stella-ops/contracts';
import type { Scan } from '@stella-ops/contracts/scanner';
import { openPage } from '@stella-ops/platform/http';
import { scanAnswer } from '../domain/answers.ts';
import type { ScanStatus } from '../domain/scan-states.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { findScan, listScans } from '../store/scans.ts';

/** @throws AppError `NOT_FOUND` */
export async function getScan({ host }: Parts, tenantId: string, scanId: string): Promise<Scan> {
  const row = await host.database.withTenant(tenantId, (tx) => findScan(tx, tenantId, scanId), { isReadOnly: true });
  if (row === undefined) throw fail('NOT_FOUND', 'there is no scan with this id');
  return scanAnswer(row);
}

export async function pageOfScans(
  { host }: Parts,
  tenantId: string,
  query: { readonly limit: number; readonly cursor?: string | undefined; readonly status?: ScanStatus | undefined },
) {
  const page = openPage(query, Id);
  const { after, take } = page;
  const rows = await host.database.withTenant(
    tenantId,
    (tx) => listScans(tx, { tenantId, status: query.status, after, take }),
    { isReadOnly: true },
  );
  return page.close(rows.map(scanAnswer), ({ id }) => id);
}
