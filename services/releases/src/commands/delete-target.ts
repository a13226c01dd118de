import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import { announceTarget } from '../deployment/announce.ts';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { silentSince } from '../silence.ts';
import { lockEnvironment } from '../store/environments.ts';
import { findTarget, lockTarget, removeTarget } from '../store/targets.ts';
import type { Tx } from '../store/tx.ts';
import { targetView } from '../target-view.ts';

/** Takes a target out; what runs there is left as it is. */
export async function deleteTarget(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.deleteTarget>,
  context: RequestContext,
) {
  return deps.host.change(context, async (tx: Tx, change) => {
    const found = await findTarget(tx, params.targetId);
    if (found === undefined) throw fail('NOT_FOUND', 'there is no such target');
    // A deployment that begins now has the targets of now, or is told that they have changed.
    await lockEnvironment(tx, found.environmentId);
    const target = await lockTarget(tx, params.targetId);
    if (target === undefined) throw fail('NOT_FOUND', 'there is no such target');
    if (!(await removeTarget(tx, target.id, change.at))) {
      throw fail('TARGET_IN_USE', `a deployment of ${target.name} is under way`);
    }
    await announceTarget(deps, tx, change.tenantId, target, 0, change.at);
    change.audit({ type: 'target', id: target.id }, { name: target.name, environment: target.environment });
    return { status: 200 as const, body: targetView(target, silentSince(deps)) };
  });
}
