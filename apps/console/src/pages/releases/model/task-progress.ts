import type { Deployment, DeploymentTask, Step } from '@stella-ops/contracts/deployments';

export interface TaskProgress {
  readonly done: number;
  readonly total: number;
  /** What happens or failed now, in the words of the plan; null before and after. */
  readonly current: string | null;
}

/** How far a task is. */
export function taskProgress(task: Pick<DeploymentTask, 'steps'>): TaskProgress {
  const isOver = ({ state }: Step): boolean => state === 'done' || state === 'skipped';
  const at = task.steps.find(({ state }) => state === 'failed') ?? task.steps.find(({ state }) => state === 'running');
  return { done: task.steps.filter(isOver).length, total: task.steps.length, current: at?.sentence ?? null };
}

export interface Batch {
  readonly number: number;
  readonly tasks: readonly DeploymentTask[];
}

/** The tasks in the order in which they are begun. */
export function batchesOf(deployment: Pick<Deployment, 'tasks'>): Batch[] {
  const byNumber = Map.groupBy(deployment.tasks, ({ batch }) => batch);
  return [...byNumber]
    .sort(([a], [b]) => a - b)
    .map(([number, tasks]) => ({ number, tasks: tasks.toSorted((a, b) => a.target.localeCompare(b.target)) }));
}

export interface TaskFailure {
  readonly target: string;
  readonly step: string;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What went wrong, host by host. */
export function failuresOf(deployment: Pick<Deployment, 'tasks'>): TaskFailure[] {
  return deployment.tasks.flatMap(({ target, steps }) =>
    steps.flatMap(({ state, sentence, error }) =>
      state === 'failed' && error !== null ? [{ target, step: sentence, ...error }] : [],
    ),
  );
}

const ENDED = new Set<Deployment['state']>(['succeeded', 'failed', 'rolled_back', 'cancelled']);

/** Whether nothing happens to it any more by itself. */
export function hasEnded({ state }: Pick<Deployment, 'state'>): boolean {
  return ENDED.has(state);
}

/** Whether a person can have its failed targets tried again. */
export function canResume({ state }: Pick<Deployment, 'state'>): boolean {
  return state === 'failed' || state === 'cancelled';
}
