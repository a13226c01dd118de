import type { Input } from '@stella-ops/contracts';
import { RELEASES_EVENTS, type RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, type RequestContext, requireMatch } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { environmentView } from '../environment-view.ts';
import { fail } from '../errors.ts';
import { lookAgain } from '../evaluation/look-again.ts';
import { findEnvironment, lockEnvironment, updateEnvironment as store } from '../store/environments.ts';
import { openPromotionsIn } from '../store/evaluations.ts';
import type { Tx } from '../store/tx.ts';
import { settings } from './create-environment.ts';

/** Changes the rules of an environment; promotions under way are looked at again by them. */
export async function updateEnvironment(
  deps: Deps,
  { params, body }: Input<typeof RELEASES_ROUTES.updateEnvironment>,
  context: RequestContext,
) {
  return deps.host.change(context, async (tx: Tx, change) => {
    await lockEnvironment(tx, params.environmentId);
    const row = await findEnvironment(tx, params.environmentId);
    if (row === undefined) throw fail('NOT_FOUND', 'there is no such environment');
    requireMatch(context.ifMatch, etagOfVersion(row.version));
    const next = {
      ...row,
      requiredApprovals: body.requiredApprovals ?? row.requiredApprovals,
      isSeparationOfDuties: body.isSeparationOfDuties ?? row.isSeparationOfDuties,
      policy: body.policy === undefined ? row.policy : body.policy,
      version: row.version + 1,
      updatedAt: change.at,
    };
    await store(tx, next);
    // Fewer people may be enough now: as after the last approval, only decisions made from here on approve.
    if (next.requiredApprovals < row.requiredApprovals) {
      await lookAgain(deps, tx, change.tenantId, await openPromotionsIn(tx, row.id), { isStale: true });
    }
    await change.publish(RELEASES_EVENTS.environmentChanged, { environmentId: row.id, name: row.name });
    change.audit({ type: 'environment', id: row.id }, { before: settings(row), after: settings(next) });
    return {
      status: 200 as const,
      body: await environmentView(tx, next, change.at),
      headers: { etag: etagOfVersion(next.version) },
    };
  });
}
