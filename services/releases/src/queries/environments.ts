import type { Input } from '@stella-ops/contracts';
import type { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, openPage, type RequestContext } from '@stella-ops/platform/http';
import * as z from 'zod';
import type { Deps } from '../deps.ts';
import { environmentView, environmentViews } from '../environment-view.ts';
import { fail } from '../errors.ts';
import { findEnvironment, listEnvironments as list } from '../store/environments.ts';

export async function listEnvironments(
  { host, clock }: Deps,
  { query }: Input<typeof RELEASES_ROUTES.listEnvironments>,
  { caller }: RequestContext,
) {
  const page = openPage(query, z.int());
  const views = await host.database.withTenant(
    caller.tenantId,
    async (tx) => environmentViews(tx, await list(tx, page.after, page.take), clock.now()),
    { isReadOnly: true },
  );
  return { status: 200 as const, body: page.close(views, ({ order }) => order) };
}

export async function getEnvironment(
  { host, clock }: Deps,
  { params }: Input<typeof RELEASES_ROUTES.getEnvironment>,
  { caller }: RequestContext,
) {
  const view = await host.database.withTenant(
    caller.tenantId,
    async (tx) => {
      const row = await findEnvironment(tx, params.environmentId);
      return row === undefined ? undefined : environmentView(tx, row, clock.now());
    },
    { isReadOnly: true },
  );
  if (view === undefined) throw fail('NOT_FOUND', 'there is no such environment');
  return { status: 200 as const, body: view, headers: { etag: etagOfVersion(view.version) } };
}
