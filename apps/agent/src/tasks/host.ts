import type { Executor, ObservedContainer } from '@stella-ops/engine-deploy';
import type { WatchedTarget } from './task.ts';

/** A kind of target that this agent reaches. */
export interface Host {
  /** Carries plans out; every call first asks `check`, which throws when the right to act is over. */
  executor(target: WatchedTarget, check: () => void): Executor;
  observe(target: WatchedTarget, signal: AbortSignal): Promise<Observation>;
  /** Something happened: look again. Ends or throws when the connection is lost. */
  changes(target: WatchedTarget, signal: AbortSignal): AsyncIterable<unknown>;
  /** Pause between looks that nothing set off. */
  readonly sweepMs: number;
  platform(signal: AbortSignal): Promise<string>;
}

export interface Observation {
  readonly engineVersion: string | null;
  readonly containers: readonly ObservedContainer[];
}

/** By kind of target; a kind that is not configured is absent. */
export interface Hosts {
  readonly docker?: Host;
  readonly script?: Host;
}
