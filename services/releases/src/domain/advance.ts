import type { DeploymentEvent, DeploymentState } from './deployment-states.ts';
import { count } from './gates/gate.ts';
import { type TaskEvent, type TaskState, taskTransition } from './task-states.ts';

export interface AdvancingTask {
  readonly id: string;
  readonly target: string;
  readonly batch: number;
  readonly state: TaskState;
  readonly error: string | null;
}

export interface Advancing {
  readonly kind: 'deploy' | 'rollback';
  readonly state: DeploymentState;
  readonly isCancelled: boolean;
  readonly release: string;
  readonly environment: string;
  readonly tasks: readonly AdvancingTask[];
}

export interface Advance {
  /** What happens to tasks. */
  readonly moves: readonly { readonly event: TaskEvent; readonly to: TaskState; readonly ids: readonly string[] }[];
  /** What happens to the deployment; `undefined`: it goes on as it is. */
  readonly event: DeploymentEvent | undefined;
  /** Where it is and what comes next, for people. */
  readonly sentence: string;
}

/**
 * What follows from the states of the tasks: the next batch begins when the one before has succeeded; when a target
 * failed, or somebody cancelled, nothing is begun any more, and the end is that of the targets under way.
 */
export function advance(deployment: Advancing): Advance {
  const { tasks, isCancelled } = deployment;
  const isFailing = tasks.some(({ state }) => state === 'failed');
  const runs = tasks.filter(({ state }) => state === 'running');
  const begun = isCancelled || isFailing ? [] : nextBatch(tasks);
  const moves = [
    ...move(tasks, isCancelled ? 'cancelled' : isFailing ? 'other-failed' : undefined, () => true),
    ...move(tasks, begun.length === 0 ? undefined : 'batch-begun', ({ id }) => begun.includes(id)),
  ];
  const event = eventOf(deployment, runs.length > 0, isFailing);
  return { moves, event, sentence: sentenceOf(deployment, event, begun.length > 0) };
}

function nextBatch(tasks: readonly AdvancingTask[]): string[] {
  const waiting = tasks.filter(({ state }) => state === 'waiting');
  const first = Math.min(...waiting.map(({ batch }) => batch));
  const isFree = tasks.every(({ batch, state }) => batch >= first || state === 'succeeded');
  return isFree ? waiting.filter(({ batch }) => batch === first).map(({ id }) => id) : [];
}

function move(
  tasks: readonly AdvancingTask[],
  event: TaskEvent | undefined,
  concerns: (task: AdvancingTask) => boolean,
): Advance['moves'] {
  if (event === undefined) return [];
  const byState = Map.groupBy(
    tasks.filter((task) => concerns(task)),
    ({ state }) => taskTransition(state, event)?.to,
  );
  return [...byState].flatMap(([to, moved]) =>
    to === undefined ? [] : [{ event, to, ids: moved.map(({ id }) => id) }],
  );
}

function eventOf({ kind, state, isCancelled, tasks }: Advancing, hasRunning: boolean, isFailing: boolean) {
  if (state === 'pending') return kind === 'rollback' ? 'rollback-started' : 'started';
  if (tasks.every((task) => task.state === 'succeeded')) return 'all-succeeded';
  if (hasRunning) return undefined;
  if (isFailing) return 'target-failed';
  return isCancelled ? 'cancelled' : undefined;
}

function sentenceOf(deployment: Advancing, event: DeploymentEvent | undefined, isBeginning: boolean): string {
  const { kind, release, environment, tasks, isCancelled } = deployment;
  const done = tasks.filter(({ state }) => state === 'succeeded').length;
  const failed = tasks.filter(({ state }) => state === 'failed');
  const targets = count(tasks.length, 'target', 'targets');
  const [first] = failed;
  const why = first === undefined ? '' : `${first.target} failed${first.error === null ? '' : `: ${first.error}`}.`;
  switch (event) {
    case 'all-succeeded':
      return kind === 'rollback'
        ? `${environment} runs ${release} again, on ${targets}.`
        : `${release} runs in ${environment} on ${targets}.`;
    case 'target-failed':
      return `${why} ${done} of ${targets} took ${release}; resume it, or roll back.`;
    case 'cancelled':
      return `It was cancelled; ${done} of ${targets} took ${release}.`;
    default:
      break;
  }
  const under = tasks.filter(({ state }) => state === 'running').map(({ target }) => target);
  const queued = tasks.filter(({ state }) => state === 'queued').map(({ target }) => target);
  if (first !== undefined) return `${why} Waiting for ${names(under)} to finish; nothing more is begun.`;
  if (isCancelled) return `It was cancelled: waiting for ${names(under)} to finish; nothing more is begun.`;
  const progress = `${done} of ${targets} done.`;
  if (under.length > 0) return `Bringing ${release} to ${names(under)}; ${progress}`;
  if (isBeginning || queued.length === 0) return `Waiting for the agents to take ${release}; ${progress}`;
  return `Waiting for the agents of ${names(queued)}; ${progress}`;
}

const MOST_NAMES = 3;

function names(targets: readonly string[]): string {
  if (targets.length <= MOST_NAMES) return targets.join(', ');
  return `${targets.slice(0, MOST_NAMES).join(', ')} and ${targets.length - MOST_NAMES} more`;
}

/** The batch of each target: all in the first, or so many after one another. */
export function batchesOf(strategy: 'all_at_once' | 'rolling', batchSize: number, targets: number): number[] {
  return Array.from({ length: targets }, (_, index) =>
    strategy === 'rolling' ? Math.floor(index / batchSize) + 1 : 1,
  );
}
