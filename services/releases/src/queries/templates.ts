import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { findTemplate } from '../store/templates.ts';

export async function getTemplate(
  { host }: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.getTemplate>,
  { caller }: RequestContext,
) {
  const body = await host.database.withTenant(caller.tenantId, (tx) => findTemplate(tx, params.environmentId), {
    isReadOnly: true,
  });
  if (body === undefined) throw fail('NOT_FOUND', 'there is no such environment, or it has no template');
  return { status: 200 as const, body };
}
