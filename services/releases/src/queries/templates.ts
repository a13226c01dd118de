import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { findEnvironment } from '../store/environments.ts';
import { findTemplate } from '../store/templates.ts';

/** Null for an environment that was given no template yet: that is an answer, not a fault. */
export async function getTemplate(
  { host }: Deps,
  { params: { environmentId } }: Input<typeof DEPLOYMENTS_ROUTES.getTemplate>,
  { caller }: RequestContext,
) {
  const template = await host.database.withTenant(
    caller.tenantId,
    async (tx) => {
      if ((await findEnvironment(tx, environmentId)) === undefined) {
        throw fail('NOT_FOUND', 'there is no such environment');
      }
      return (await findTemplate(tx, environmentId)) ?? null;
    },
    { isReadOnly: true },
  );
  return { status: 200 as const, body: { template } };
}
