import type { Input } from '@stella-ops/contracts';
import type { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, openPage, type RequestContext } from '@stella-ops/platform/http';
import * as z from 'zod';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { findComponent, listComponents as list } from '../store/components.ts';

export async function listComponents(
  { host }: Deps,
  { query }: Input<typeof RELEASES_ROUTES.listComponents>,
  { caller }: RequestContext,
) {
  const page = openPage(query, z.string().max(100));
  const rows = await host.database.withTenant(caller.tenantId, (tx) => list(tx, page.after, page.take), {
    isReadOnly: true,
  });
  return { status: 200 as const, body: page.close(rows, ({ name }) => name) };
}

export async function getComponent(
  { host }: Deps,
  { params }: Input<typeof RELEASES_ROUTES.getComponent>,
  { caller }: RequestContext,
) {
  const component = await host.database.withTenant(caller.tenantId, (tx) => findComponent(tx, params.componentId), {
    isReadOnly: true,
  });
  if (component === undefined) throw fail('NOT_FOUND', 'there is no such component');
  return { status: 200 as const, body: component, headers: { etag: etagOfVersion(component.version) } };
}
