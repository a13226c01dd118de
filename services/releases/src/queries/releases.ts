import { Id, type Input } from '@stella-ops/contracts';
import type { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOf, openPage, type RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { findRelease, listReleases as list } from '../store/releases.ts';

export async function listReleases(
  { host }: Deps,
  { query }: Input<typeof RELEASES_ROUTES.listReleases>,
  { caller }: RequestContext,
) {
  const page = openPage(query, Id);
  const filter = { name: query.name, after: page.after, limit: page.take };
  const rows = await host.database.withTenant(caller.tenantId, (tx) => list(tx, filter), { isReadOnly: true });
  return { status: 200 as const, body: page.close(rows, ({ id }) => id) };
}

export async function getRelease(
  { host }: Deps,
  { params }: Input<typeof RELEASES_ROUTES.getRelease>,
  { caller }: RequestContext,
) {
  const release = await host.database.withTenant(caller.tenantId, (tx) => findRelease(tx, params.releaseId), {
    isReadOnly: true,
  });
  if (release === undefined) throw fail('NOT_FOUND', 'there is no such release');
  return { status: 200 as const, body: release, headers: { etag: etagOf(release) } };
}
