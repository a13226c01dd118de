import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { findDeployment } from '../store/deployments.ts';
import { findTaskOfAgent, lockTask, type TaskRow } from '../store/tasks.ts';
import type { Tx } from '../store/tx.ts';
import { announceAgent } from './announce.ts';
import { type Lane, lockLane } from './go-on.ts';

interface Agent {
  readonly id: string;
  readonly name: string;
  readonly tenantId: string;
}

/** Thrown inside a transaction: the lease that a report names is not the newest. */
export class LeaseLost extends Error {}

/**
 * The task of an agent, under its locks.
 *
 * @throws AppError `NOT_FOUND` for a task that is not the agent's; LeaseLost when its fencing token is not the newest
 */
export async function lockOwnTask(
  tx: Tx,
  agent: Agent,
  taskId: string,
  fencingToken: number,
): Promise<{ readonly lane: Lane; readonly task: TaskRow }> {
  const found = await findTaskOfAgent(tx, taskId, agent.id);
  const deployment = found === undefined ? undefined : await findDeployment(tx, found.deploymentId);
  if (deployment === undefined) throw fail('NOT_FOUND', 'there is no such task');
  const lane = await lockLane(tx, deployment);
  const task = await lockTask(tx, taskId);
  if (task?.fencingToken !== fencingToken) throw new LeaseLost();
  return { lane, task };
}

/** Runs a report; when its lease is lost, says so to the agent and to whoever watches agents. */
export async function unlessLeaseIsLost<T>(deps: Deps, agent: Agent, report: () => Promise<T>): Promise<T> {
  try {
    return await report();
  } catch (error) {
    if (!(error instanceof LeaseLost)) throw error;
    deps.record.leasesLost(1, {});
    // A paused process that wakes up, or a second one with the same identity: an operator wants to know of both.
    await deps.host.database.withTenant(agent.tenantId, (tx) =>
      announceAgent(deps, tx, agent.tenantId, agent, 'lease-lost', deps.clock.now()),
    );
    throw fail('LEASE_LOST', 'another lease of this task has begun, or the task has ended', { cause: error });
  }
}
