import type { Deps } from '../deps.ts';
import { announceTarget } from '../deployment/announce.ts';
import { goOn, lockLane } from '../deployment/go-on.ts';
import { staleDrift } from '../domain/drift.ts';
import { later } from '../domain/next-look.ts';
import { findDeployment } from '../store/deployments.ts';
import { lockTarget, noteStale, silentTargets } from '../store/targets.ts';
import { expiredLeases, findTask, lockTask, moveTasks } from '../store/tasks.ts';

const EVERY_MS = 5_000;

export interface Sweep {
  stop(): Promise<void>;
}

/** What silence changes: leases that were not renewed are queued again, targets that nobody tells of are stale. */
export function startSweep(deps: Deps, failed: (error: unknown) => void): Sweep {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= sweep(deps)
      .catch(failed)
      .finally(() => (running = undefined));
  }, EVERY_MS);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}

/** Once, now. */
export async function sweep(deps: Deps): Promise<void> {
  const { database } = deps.host;
  const at = deps.clock.now();
  const silentSince = later(at, -deps.config.staleSeconds * 1000);
  const found = await database.withRelay(
    async (tx) => ({ leases: await expiredLeases(tx, at), targets: await silentTargets(tx, silentSince) }),
    { isReadOnly: true },
  );
  for (const { tenantId, id } of found.leases) await endLease(deps, tenantId, id);
  for (const { tenantId, id } of found.targets) await markStale(deps, tenantId, id, silentSince);
}

async function endLease(deps: Deps, tenantId: string, taskId: string): Promise<void> {
  await deps.host.database.withTenant(tenantId, async (tx) => {
    const found = await findTask(tx, taskId);
    const deployment = found === undefined ? undefined : await findDeployment(tx, found.deploymentId);
    if (deployment === undefined) return;
    const lane = await lockLane(tx, deployment);
    const task = await lockTask(tx, taskId);
    const at = deps.clock.now();
    if (task?.state !== 'running' || task.leaseUntil === null || task.leaseUntil > at) return;
    await moveTasks(tx, [taskId], 'queued', null);
    await goOn(deps, tx, tenantId, lane, at);
    await deps.host.audit(tx, {
      tenantId,
      service: 'releases',
      action: 'releases.task.expire',
      target: { type: 'deployment', id: deployment.id },
      details: { taskId, fencingToken: task.fencingToken },
    });
  });
}

async function markStale(deps: Deps, tenantId: string, targetId: string, silentSince: string): Promise<void> {
  await deps.host.database.withTenant(tenantId, async (tx) => {
    const target = await lockTarget(tx, targetId);
    if (target === undefined || target.isStale || target.seenAt === null || target.seenAt >= silentSince) return;
    const at = deps.clock.now();
    const drift = [...target.drift, staleDrift(target.name, target.seenAt, at)];
    await noteStale(tx, targetId, drift);
    await announceTarget(deps, tx, tenantId, target, drift.length, at);
    deps.record.drifting(1, { kind: 'stale' });
  });
}
