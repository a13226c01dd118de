import type { Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import { announceTarget } from '../deployment/announce.ts';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { silentSince } from '../silence.ts';
import { findAgentByName } from '../store/agents.ts';
import { findEnvironmentByName } from '../store/environments.ts';
import { findTarget, insertTarget } from '../store/targets.ts';
import type { Tx } from '../store/tx.ts';
import { targetView } from '../target-view.ts';

export async function createTarget(
  deps: Deps,
  { body }: Input<typeof DEPLOYMENTS_ROUTES.createTarget>,
  context: RequestContext,
) {
  return deps.host.change(context, async (tx: Tx, change) => {
    const environment = await findEnvironmentByName(tx, body.environment);
    if (environment === undefined) throw fail('ENVIRONMENT_UNKNOWN', `there is no environment "${body.environment}"`);
    const agent = await findAgentByName(tx, body.agent);
    if (agent === undefined) throw fail('TARGET_AGENT', `there is no agent "${body.agent}"`);
    const id = deps.ids.uuid();
    const { name, kind } = body;
    const target = { id, name, kind, environmentId: environment.id, agentId: agent.id, at: change.at };
    if (!(await insertTarget(tx, change.tenantId, target))) {
      throw fail('TARGET_NAME_TAKEN', `there is a target "${name}" already`);
    }
    const row = await findTarget(tx, id);
    if (row === undefined) throw new Error('a target that was just written is there');
    await announceTarget(deps, tx, change.tenantId, row, 0, change.at);
    change.audit({ type: 'target', id }, { name, environment: environment.name, kind, agent: agent.name });
    return {
      status: 201 as const,
      body: targetView(row, silentSince(deps)),
      headers: { etag: etagOfVersion(row.version) },
    };
  });
}
