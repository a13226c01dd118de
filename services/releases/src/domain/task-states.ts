import type { TaskState as States } from '@stella-ops/contracts/deployments';
import type { z } from 'zod';

export type TaskState = z.infer<typeof States>;

/** What can happen to the task of one target. */
export type TaskEvent =
  | 'planned'
  | 'batch-begun'
  | 'leased'
  | 'lease-expired'
  | 'succeeded'
  | 'failed'
  | 'other-failed'
  | 'cancelled'
  | 'resumed';

export interface TaskTransition {
  readonly from: TaskState | null;
  readonly event: TaskEvent;
  readonly guard: string;
  readonly to: TaskState;
}

const row = (from: TaskState | null, event: TaskEvent, to: TaskState, guard: string): TaskTransition => ({
  from,
  event,
  guard,
  to,
});

/** Every way that a task can go. Who holds a lease has its fencing token; with an older one nothing is changed. */
export const TASK_TRANSITIONS: readonly TaskTransition[] = [
  row(null, 'planned', 'waiting', 'the target is of the environment'),
  row('waiting', 'batch-begun', 'queued', 'every task of an earlier batch succeeded'),
  row('queued', 'leased', 'running', 'the agent of the target asks for work'),
  row('running', 'leased', 'running', 'the lease before it is over'),
  row('running', 'lease-expired', 'queued', 'nothing was heard within the time of the lease'),
  row('running', 'succeeded', 'succeeded', 'told with the newest fencing token'),
  row('running', 'failed', 'failed', 'told with the newest fencing token'),
  row('waiting', 'other-failed', 'skipped', 'another target failed'),
  row('queued', 'other-failed', 'skipped', 'another target failed'),
  row('waiting', 'cancelled', 'cancelled', 'the deployment was cancelled'),
  row('queued', 'cancelled', 'cancelled', 'the deployment was cancelled'),
  row('failed', 'resumed', 'waiting', 'the deployment is tried again'),
  row('skipped', 'resumed', 'waiting', 'the deployment is tried again'),
  row('cancelled', 'resumed', 'waiting', 'the deployment is tried again'),
];

/** The row for an event in a state; `undefined` when the state does not allow it. */
export function taskTransition(from: TaskState | null, event: TaskEvent): TaskTransition | undefined {
  return TASK_TRANSITIONS.find((transition) => transition.from === from && transition.event === event);
}

/** The table as a Mermaid state diagram. */
export function taskDiagram(): string {
  const ways = TASK_TRANSITIONS.map(({ from, event, to }) => `  ${from ?? '[*]'} --> ${to}: ${event}`);
  return ['stateDiagram-v2', ...ways, '  succeeded --> [*]', ''].join('\n');
}
