import type { Input, Reply } from '@stella-ops/contracts';
import type { CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { normaliseName } from '@stella-ops/engine-advisories';
import { openPage } from '@stella-ops/platform/http';
import type { Transaction } from 'kysely';
import * as z from 'zod';
import { observationOf } from '../domain/wire-rows.ts';
import type { Parts } from '../parts.ts';
import { listObservations } from '../store/observations.ts';

type ListRoute = typeof CONCELIER_ROUTES.listAdvisories;

const Key = z.tuple([z.string().max(256), z.string().max(80)]);

export async function listAdvisories(
  { host }: Parts,
  tenantId: string,
  query: Input<ListRoute>['query'],
): Promise<Reply<ListRoute>['body']> {
  const page = openPage(query, Key);
  const filter = {
    name: query.id,
    ecosystem: query.ecosystem,
    packageNames: query.package === undefined ? undefined : spellings(query.package, query.ecosystem),
    isCurrentOnly: query.versions === 'current',
  };
  const rows = await host.database.withTenant(
    tenantId,
    (tx: Transaction<unknown>) => listObservations(tx, tenantId, filter, page.after, page.take),
    { isReadOnly: true },
  );
  const { items, next } = page.close(rows, (row) => [row.advisory_id, row.digest] as [string, string]);
  return { items: items.map(observationOf), next };
}

/** Without an ecosystem a name may be of any: as written, and as those that normalise would write it. */
function spellings(name: string, ecosystem: string | undefined): string[] {
  if (ecosystem !== undefined) return [normaliseName(ecosystem, name)];
  return [...new Set([name, ...['PyPI', 'NuGet', 'SwiftURL'].map((one) => normaliseName(one, name))])];
}
