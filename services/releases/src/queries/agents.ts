import { Id, type Input } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { openPage, type RequestContext } from '@stella-ops/platform/http';
import * as z from 'zod';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { silentSince } from '../silence.ts';
import { findAgent, listAgents as list } from '../store/agents.ts';
import { agentView } from '../target-view.ts';

const Key = z.strictObject({ name: z.string(), id: Id });

export async function listAgents(
  deps: Deps,
  { query }: Input<typeof DEPLOYMENTS_ROUTES.listAgents>,
  { caller }: RequestContext,
) {
  const page = openPage(query, Key);
  const rows = await deps.host.database.withTenant(caller.tenantId, (tx) => list(tx, page.after, page.take), {
    isReadOnly: true,
  });
  const since = silentSince(deps);
  const views = rows.map((row) => agentView(row, since));
  return { status: 200 as const, body: page.close(views, ({ name, id }) => ({ name, id })) };
}

export async function getAgent(
  deps: Deps,
  { params }: Input<typeof DEPLOYMENTS_ROUTES.getAgent>,
  { caller }: RequestContext,
) {
  const row = await deps.host.database.withTenant(caller.tenantId, (tx) => findAgent(tx, params.agentId), {
    isReadOnly: true,
  });
  if (row === undefined) throw fail('NOT_FOUND', 'there is no such agent');
  return { status: 200 as const, body: agentView(row, silentSince(deps)) };
}
