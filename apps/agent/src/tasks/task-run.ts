import type { Client } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import { type ExecuteResult, executePlan, fileJournal } from '@stella-ops/engine-deploy';
import { AppError } from '@stella-ops/engine-kernel';
import type { DataFolder } from '../data-folder.ts';
import { fail } from '../errors.ts';
import { Backoff } from '../link/backoff.ts';
import { isRefusal } from '../link/refusal.ts';
import { errorFields, type Log } from '../log.ts';
import type { System } from '../system.ts';
import { failedBeforeWork } from './failed-before-work.ts';
import type { Hosts } from './host.ts';
import type { KeptTask } from './kept-task.ts';
import type { Lease } from './lease.ts';
import { Progress } from './progress.ts';
import { readPlan } from './read-plan.ts';

export interface TaskRunOptions {
  readonly folder: DataFolder;
  readonly routes: Client<typeof AGENT_ROUTES>;
  readonly hosts: Hosts;
  readonly system: System;
  readonly log: Log;
}

/** Work on one task under one lease. What is left undone is in the journal; the next lease goes on from there. */
export class TaskRun {
  readonly lease: Lease;
  readonly ended: Promise<void>;
  readonly #kept: KeptTask;
  readonly #options: TaskRunOptions;
  readonly #stopping = new AbortController();

  constructor(kept: KeptTask, lease: Lease, options: TaskRunOptions) {
    this.lease = lease;
    this.#kept = kept;
    this.#options = options;
    this.ended = this.#run().finally(() => lease.release());
  }

  /** The step under way is finished; the next one is not begun. */
  stop(): void {
    this.#stopping.abort(new Error('the agent stops'));
  }

  async #run(): Promise<void> {
    const { log, routes, system } = this.#options;
    const { id: taskId, deploymentId, target, fencingToken } = this.#kept.task;
    const fields = { taskId, deploymentId, target: target.name, fencingToken };
    const progress = new Progress({ taskId, lease: this.lease, routes, system, log });
    log.info('A task began', fields);
    const telling = new AbortController();
    // Also while the last step is finished: the lease must last as long.
    const told = progress.keepTelling(telling.signal);
    let result: ExecuteResult | undefined;
    try {
      result = await this.#execute(progress);
    } catch (error) {
      // Work that was stopped goes on under the next lease; it has not failed.
      const over = [this.lease.signal, this.#stopping.signal].find(({ aborted }) => aborted);
      if (over === undefined) result = failedBeforeWork(this.#kept.task, error, progress.steps, system.clock);
      else log.warn('A task was left', { ...fields, ...leftFields(over.reason) });
    } finally {
      telling.abort();
      await told;
    }
    if (result === undefined) return;
    if (await this.#finish(result, progress.output)) await this.#kept.drop();
    log.info('A task ended', { ...fields, outcome: result.outcome, code: result.receipt.error?.code });
  }

  async #execute(progress: Progress): Promise<ExecuteResult> {
    const { signal } = this.lease;
    const { hosts, system } = this.#options;
    const { target, ...task } = this.#kept.task;
    const plan = readPlan({ ...task, target });
    const host = hosts[target.kind];
    if (host === undefined) throw fail('TARGET_UNSUPPORTED', `this agent reaches no ${target.kind} target`);
    const executor = host.executor(target, () => this.lease.check());
    return executePlan(plan, executor, fileJournal(this.#kept.journal), {
      target: target.name,
      clock: system.clock,
      signal,
      drain: this.#stopping.signal,
      onSteps: (steps) => progress.setSteps(steps),
      onOutput: (text) => progress.addOutput(text),
    });
  }

  /** @returns whether the task may be forgotten */
  async #finish({ outcome, steps, receipt }: ExecuteResult, output: string): Promise<boolean> {
    const { log, routes, system } = this.#options;
    const signal = this.#stopping.signal;
    const backoff = new Backoff(system);
    const { id: taskId } = this.#kept.task;
    const { fencingToken } = this.lease;
    while (!signal.aborted) {
      try {
        const body = { fencingToken, outcome, steps: [...steps], output, receipt: { ...receipt } };
        await routes.finishTask({ params: { taskId }, body }, { signal });
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        log.warn('The server did not take the end of a task', { taskId, ...errorFields(error) });
        // The journal keeps the receipt for the lease that follows.
        if (isRefusal(error)) return false;
        await backoff.pause(signal);
      }
    }
    return false;
  }
}

/** Why work was left: a lease that is over has code and hint, the end of the agent is a reason of its own. */
const leftFields = (reason: unknown) =>
  reason instanceof AppError ? errorFields(reason) : { reason: reason instanceof Error ? reason.message : undefined };
