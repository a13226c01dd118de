import type { EXCITITOR_ROUTES, VexDocument, VexSnapshot, VexStatement } from '@stella-ops/contracts/excititor';
import type { Input } from '@stella-ops/contracts';
import { openPage } from '@stella-ops/platform/http';
import type { Transaction } from 'kysely';
import * as z from 'zod';
import { documentOf, snapshotOf, statementOf } from '../domain/wire-rows.ts';
import type { Parts } from '../parts.ts';
import { listDocuments } from '../store/documents.ts';
import { listSnapshots } from '../store/snapshots.ts';
import { listStatements } from '../store/statements.ts';

interface Page<T> {
  items: T[];
  next: string | null;
}

type Paging = Input<typeof EXCITITOR_ROUTES.listDocuments>['query'];

export async function pageOfDocuments({ host }: Parts, tenantId: string, query: Paging): Promise<Page<VexDocument>> {
  const page = openPage(query, z.uuid());
  const rows = await host.database.withTenant(
    tenantId,
    (tx: Transaction<unknown>) => listDocuments(tx, tenantId, page.after, page.take),
    { isReadOnly: true },
  );
  const { items, next } = page.close(rows, (row) => row.id);
  return { items: items.map(documentOf), next };
}

export async function pageOfSnapshots({ host }: Parts, tenantId: string, query: Paging): Promise<Page<VexSnapshot>> {
  const page = openPage(query, z.uuid());
  const rows = await host.database.withTenant(
    tenantId,
    (tx: Transaction<unknown>) => listSnapshots(tx, tenantId, page.after, page.take),
    { isReadOnly: true },
  );
  const { items, next } = page.close(rows, (row) => row.id);
  return { items: items.map(snapshotOf), next };
}

/** Ids of vulnerabilities are written in both cases and mean the same. */
export async function pageOfStatements(
  { host }: Parts,
  tenantId: string,
  query: Input<typeof EXCITITOR_ROUTES.listStatements>['query'],
): Promise<Page<VexStatement>> {
  const page = openPage(query, z.tuple([z.uuid(), z.int32()]));
  const name = query.vulnerability?.toUpperCase();
  const rows = await host.database.withTenant(
    tenantId,
    (tx: Transaction<unknown>) => listStatements(tx, tenantId, name, page.after, page.take),
    { isReadOnly: true },
  );
  const { items, next } = page.close(rows, (row) => [row.document, row.index] as [string, number]);
  return { items: items.map(statementOf), next };
}
