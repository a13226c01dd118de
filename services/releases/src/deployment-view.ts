import type { Deployment, DeploymentTask } from '@stella-ops/contracts/deployments';
import type { DeploymentRow } from './store/deployments.ts';
import { type TaskRow, tasksOf } from './store/tasks.ts';
import type { Tx } from './store/tx.ts';

/** Deployments as the API shows them, with the task of each target. */
export async function deploymentViews(tx: Tx, rows: readonly DeploymentRow[]): Promise<Deployment[]> {
  const tasks = await tasksOf(
    tx,
    rows.map(({ id }) => id),
  );
  const byDeployment = Map.groupBy(tasks, ({ deploymentId }) => deploymentId);
  return rows.map((row) => deploymentView(row, byDeployment.get(row.id) ?? []));
}

export async function deploymentViewOf(tx: Tx, row: DeploymentRow): Promise<Deployment> {
  return deploymentView(row, await tasksOf(tx, [row.id]));
}

function deploymentView(row: DeploymentRow, tasks: readonly TaskRow[]): Deployment {
  const { isCancelled: _isCancelled, templateKind: _templateKind, templateDigest: _templateDigest, ...shown } = row;
  return { ...shown, tasks: tasks.map((task) => taskView(task)) };
}

function taskView(task: TaskRow): DeploymentTask {
  const { deploymentId: _deploymentId, agentId: _agentId, leaseUntil: _leaseUntil, steps, ...shown } = task;
  return { ...shown, steps: [...steps] };
}
