import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import { announceAgent } from '../deployment/announce.ts';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { silentSince } from '../silence.ts';
import { findAgent, revokeAgent as store } from '../store/agents.ts';
import type { Tx } from '../store/tx.ts';
import { agentView } from '../target-view.ts';

/** Revokes every certificate of an agent at once. Its targets wait for another agent of its name. */
export async function revokeAgent(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.revokeAgent>,
  context: RequestContext,
) {
  return deps.host.change(context, async (tx: Tx, change) => {
    const isNew = await store(tx, params.agentId, change.at);
    const row = await findAgent(tx, params.agentId);
    if (row === undefined) throw fail('NOT_FOUND', 'there is no such agent');
    if (isNew) await announceAgent(deps, tx, change.tenantId, row, 'revoked', change.at);
    change.audit({ type: 'agent', id: row.id }, { name: row.name, serial: row.certificateSerial });
    return { status: 200 as const, body: agentView(row, silentSince(deps)) };
  });
}
