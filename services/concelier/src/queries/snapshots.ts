import type { AdvisorySnapshot } from '@stella-ops/contracts/concelier';
import { openPage } from '@stella-ops/platform/http';
import type { Transaction } from 'kysely';
import * as z from 'zod';
import { snapshotOf } from '../domain/wire-rows.ts';
import { fail } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { findSnapshot, listSnapshots } from '../store/snapshots.ts';

/** @throws AppError `NOT_FOUND` */
export async function readSnapshot({ host }: Parts, tenantId: string, id: string): Promise<AdvisorySnapshot> {
  const row = await host.database.withTenant(tenantId, (tx: Transaction<unknown>) => findSnapshot(tx, tenantId, id), {
    isReadOnly: true,
  });
  if (row === undefined) throw fail('NOT_FOUND', 'there is no advisory snapshot with this id');
  return snapshotOf(row);
}

export async function pageOfSnapshots(
  { host }: Parts,
  tenantId: string,
  query: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<{ items: AdvisorySnapshot[]; next: string | null }> {
  const page = openPage(query, z.uuid());
  const rows = await host.database.withTenant(
    tenantId,
    (tx: Transaction<unknown>) => listSnapshots(tx, tenantId, page.after, page.take),
    { isReadOnly: true },
  );
  const { items, next } = page.close(rows, (row) => row.id);
  return { items: items.map(snapshotOf), next };
}

/** The index file's bytes. @throws AppError `NOT_FOUND` */
export async function openSnapshotIndex(
  parts: Parts,
  tenantId: string,
  id: string,
): Promise<AsyncIterable<Uint8Array>> {
  const { indexDigest } = await readSnapshot(parts, tenantId, id);
  const content = await parts.host.objects
    .tenant(tenantId, 'advisory-snapshots')
    .open(indexDigest as `sha256:${string}`);
  if (content === undefined) throw new Error(`the object ${indexDigest} of snapshot ${id} is gone`);
  return content;
}
