import type { Deployment, DeploymentSummary, DeploymentTask } from '@stella-ops/contracts/deployments';
import type { DeploymentRow } from './store/deployments.ts';
import { countTasks, type TaskRow, tasksOf } from './store/tasks.ts';
import type { Tx } from './store/tx.ts';

/** Deployments as lists show them: the tasks of a page would be many megabytes. */
export async function deploymentSummaries(tx: Tx, rows: readonly DeploymentRow[]): Promise<DeploymentSummary[]> {
  const counts = await countTasks(
    tx,
    rows.map(({ id }) => id),
  );
  const byDeployment = new Map(counts.map(({ deploymentId, ...targets }) => [deploymentId, targets]));
  return rows.map((row) => ({
    ...shownOf(row),
    targets: byDeployment.get(row.id) ?? { total: 0, succeeded: 0, failed: 0 },
  }));
}

/** A deployment with the task of each target. */
export async function deploymentViewOf(tx: Tx, row: DeploymentRow): Promise<Deployment> {
  const tasks = await tasksOf(tx, [row.id]);
  return { ...shownOf(row), tasks: tasks.map((task) => taskView(task)) };
}

function shownOf(row: DeploymentRow): Omit<Deployment, 'tasks'> {
  const { isCancelled: _isCancelled, templateKind: _templateKind, ...shown } = row;
  return shown;
}

function taskView(task: TaskRow): DeploymentTask {
  const { deploymentId: _deploymentId, agentId: _agentId, leaseUntil: _leaseUntil, steps, ...shown } = task;
  return { ...shown, steps: [...steps] };
}
