import type { Input } from '@stella-ops/contracts';
import { RELEASES_EVENTS, type RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { environmentView } from '../environment-view.ts';
import { fail } from '../errors.ts';
import { deleteFreeze as remove, findEnvironment, lockEnvironment, touchEnvironment } from '../store/environments.ts';
import type { Tx } from '../store/tx.ts';

export async function deleteFreeze(
  { host }: Deps,
  { params }: Input<typeof RELEASES_ROUTES.deleteFreeze>,
  context: RequestContext,
) {
  const { environmentId, freezeId } = params;
  return host.change(context, async (tx: Tx, change) => {
    await lockEnvironment(tx, environmentId);
    const row = await findEnvironment(tx, environmentId);
    if (row === undefined) throw fail('NOT_FOUND', 'there is no such environment');
    if (!(await remove(tx, environmentId, freezeId))) throw fail('NOT_FOUND', 'there is no such freeze');
    await touchEnvironment(tx, environmentId, change.at);
    await change.publish(RELEASES_EVENTS.environmentChanged, { environmentId, name: row.name });
    change.audit({ type: 'environment', id: environmentId }, { freezeId });
    const next = { ...row, version: row.version + 1, updatedAt: change.at };
    return {
      status: 200 as const,
      body: await environmentView(tx, next, change.at),
      headers: { etag: etagOfVersion(next.version) },
    };
  });
}
