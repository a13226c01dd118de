import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { etagOfVersion, openPage, type RequestContext } from '@stella-ops/platform/http';
import * as z from 'zod';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { silentSince } from '../silence.ts';
import { findTarget, listTargets as list } from '../store/targets.ts';
import { targetView } from '../target-view.ts';

export async function listTargets(
  deps: Deps,
  { query }: Input<typeof DEPLOYMENTS_ROUTES.listTargets>,
  { caller }: RequestContext,
) {
  const page = openPage(query, z.string());
  const filter = { environment: query.environment, after: page.after, limit: page.take };
  const rows = await deps.host.database.withTenant(caller.tenantId, (tx) => list(tx, filter), { isReadOnly: true });
  const since = silentSince(deps);
  const views = rows.map((row) => targetView(row, since));
  return { status: 200 as const, body: page.close(views, ({ name }) => name) };
}

export async function getTarget(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.getTarget>,
  { caller }: RequestContext,
) {
  const row = await deps.host.database.withTenant(caller.tenantId, (tx) => findTarget(tx, params.targetId), {
    isReadOnly: true,
  });
  if (row === undefined) throw fail('NOT_FOUND', 'there is no such target');
  return {
    status: 200 as const,
    body: targetView(row, silentSince(deps)),
    headers: { etag: etagOfVersion(row.version) },
  };
}
