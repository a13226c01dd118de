import type { Input } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import type { RequestContext } from '@stella-ops/platform/http';
import { goOn, lockLane } from '../deployment/go-on.ts';
import type { Deps } from '../deps.ts';
import { later } from '../domain/next-look.ts';
import { requireAgent } from '../person.ts';
import { touchAgent } from '../store/agents.ts';
import { findDeployment } from '../store/deployments.ts';
import { findTarget, targetsOfAgent } from '../store/targets.ts';
import { findTask, leaseTask, lockTask, nextTask, type TaskRow } from '../store/tasks.ts';

/** Leases the next task of an agent: at once when there is one, else as soon as one comes within the time to wait. */
export async function takeTask(deps: Deps, { body }: Input<typeof AGENT_ROUTES.takeTask>, context: RequestContext) {
  const { id: agentId, tenantId } = requireAgent(context.caller);
  const untilMs = deps.clock.monotonicMs() + body.waitMs;
  for (;;) {
    // Before looking: a task that is queued while this looks wakes it.
    const waiter = deps.bell.waiter(agentId);
    try {
      const { targets, taskId } = await look(deps, tenantId, agentId, body);
      const leased = taskId === undefined ? undefined : await lease(deps, tenantId, agentId, taskId, context.signal);
      if (leased !== undefined)
        return { status: 200 as const, body: { task: await withPlan(deps, tenantId, leased), targets } };
      const leftMs = untilMs - deps.clock.monotonicMs();
      if (leftMs <= 0 || context.signal.aborted || deps.bell.isClosed) {
        return { status: 200 as const, body: { task: null, targets } };
      }
      // Taken by somebody else between look and lease: there may be another one.
      if (taskId === undefined) await waiter.wait(leftMs, context.signal);
    } finally {
      waiter.end();
    }
  }
}

interface Seen {
  readonly softwareVersion: string;
  readonly platform: string;
}

async function look(deps: Deps, tenantId: string, agentId: string, { softwareVersion, platform }: Seen) {
  return deps.host.database.withTenant(tenantId, async (tx) => {
    const at = deps.clock.now();
    await touchAgent(tx, agentId, { softwareVersion, platform, at });
    return { targets: await targetsOfAgent(tx, agentId), taskId: await nextTask(tx, agentId, at) };
  });
}

/** @returns `undefined` when another was faster, or the agent hung up: a lease that nobody hears of delays the task */
async function lease(
  deps: Deps,
  tenantId: string,
  agentId: string,
  taskId: string,
  signal: AbortSignal,
): Promise<TaskRow | undefined> {
  return deps.host.database.withTenant(tenantId, async (tx) => {
    const found = await findTask(tx, taskId);
    const deployment = found === undefined ? undefined : await findDeployment(tx, found.deploymentId);
    if (deployment === undefined) return undefined;
    const lane = await lockLane(tx, deployment);
    const task = await lockTask(tx, taskId);
    const at = deps.clock.now();
    const isFree =
      task?.state === 'queued' || (task?.state === 'running' && task.leaseUntil !== null && task.leaseUntil <= at);
    if (task === undefined || task.agentId !== agentId || !isFree || signal.aborted) return undefined;
    const fencingToken = await leaseTask(tx, taskId, at, later(at, deps.config.leaseSeconds * 1000));
    await goOn(deps, tx, tenantId, lane, at);
    await deps.host.audit(tx, {
      tenantId,
      service: 'releases',
      onBehalfOf: agentId,
      action: 'deployments.agent.take',
      target: { type: 'deployment', id: deployment.id },
      details: { taskId, target: task.target, fencingToken, attempt: task.attempt },
    });
    return { ...task, fencingToken };
  });
}

async function withPlan(deps: Deps, tenantId: string, task: TaskRow) {
  const target = await deps.host.database.withTenant(tenantId, (tx) => findTarget(tx, task.targetId), {
    isReadOnly: true,
  });
  if (target === undefined) throw new Error('a target with a task under way is not removed');
  return {
    id: task.id,
    kind: task.kind,
    target: { id: target.id, name: target.name, kind: target.kind },
    deploymentId: task.deploymentId,
    fencingToken: task.fencingToken,
    attempt: task.attempt,
    leaseMs: deps.config.leaseSeconds * 1000,
    plan: await deps.plans.read(tenantId, task.planDigest),
    planDigest: task.planDigest,
  };
}
