import type { Input } from '@stella-ops/contracts';
import { type Environment, RELEASES_EVENTS, type RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { findEnvironmentByName, insertEnvironment } from '../store/environments.ts';
import type { Tx } from '../store/tx.ts';

export async function createEnvironment(
  { host, ids }: Deps,
  { body }: Input<typeof RELEASES_ROUTES.createEnvironment>,
  context: RequestContext,
) {
  return host.change(context, async (tx: Tx, change) => {
    const environment: Environment = {
      ...body,
      id: ids.uuid(),
      freezes: [],
      current: null,
      version: 1,
      createdAt: change.at,
      updatedAt: change.at,
    };
    if (!(await insertEnvironment(tx, change.tenantId, environment))) {
      throw (await findEnvironmentByName(tx, body.name)) === undefined
        ? fail('ORDER_TAKEN', `another environment has place ${body.order} in the order`)
        : fail('NAME_TAKEN', `there is an environment "${body.name}" already`);
    }
    await change.publish(RELEASES_EVENTS.environmentChanged, { environmentId: environment.id, name: environment.name });
    change.audit({ type: 'environment', id: environment.id }, settings(environment));
    return { status: 201 as const, body: environment, headers: { etag: etagOfVersion(1) } };
  });
}

/** What an auditor wants to see of an environment. */
export function settings({
  name,
  requiredApprovals,
  isSeparationOfDuties,
  policy,
}: Pick<Environment, 'name' | 'requiredApprovals' | 'isSeparationOfDuties' | 'policy'>) {
  return { name, requiredApprovals, isSeparationOfDuties, policy };
}
