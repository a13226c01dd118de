import type { Input } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import { canonicalJson } from '@stella-ops/engine-kernel';
import type { RequestContext } from '@stella-ops/platform/http';
import { goOn } from '../deployment/go-on.ts';
import { LeaseLost, lockOwnTask, unlessLeaseIsLost } from '../deployment/own-task.ts';
import type { Deps } from '../deps.ts';
import { later } from '../domain/next-look.ts';
import { requireAgent } from '../person.ts';
import { progressTask } from '../store/tasks.ts';

/** Keeps how far a task is, and renews its lease. A lease that is over and that nobody else has goes on. */
export async function reportProgress(
  deps: Deps,
  { params, body }: Input<typeof AGENT_ROUTES.reportProgress>,
  context: RequestContext,
) {
  const agent = requireAgent(context.caller);
  const { tenantId } = agent;
  const leaseMs = deps.config.leaseSeconds * 1000;
  return unlessLeaseIsLost(deps, agent, () =>
    deps.host.database.withTenant(tenantId, async (tx) => {
      const { lane, task } = await lockOwnTask(tx, agent, params.taskId, body.fencingToken);
      if (task.state !== 'running') throw new LeaseLost();
      const at = deps.clock.now();
      const { steps, output } = body;
      await progressTask(tx, task.id, { steps, output, leaseUntil: later(at, leaseMs) });
      const isNews = output !== task.output || canonicalJson(steps) !== canonicalJson([...task.steps]);
      if (isNews) await goOn(deps, tx, tenantId, lane, at);
      return { status: 200 as const, body: { leaseMs, isCancelled: lane.deployment.isCancelled } };
    }),
  );
}
