import { Backoff } from '../link/backoff.ts';
import { isRefusal } from '../link/refusal.ts';
import { errorFields } from '../log.ts';
import { pause } from '../pause.ts';
import { hostPlatform } from '../system.ts';
import { VERSION } from '../version.ts';
import { keepTask, type KeptTask, readKeptTasks } from './kept-task.ts';
import { Lease } from './lease.ts';
import { Progress } from './progress.ts';
import type { Task, WatchedTarget } from './task.ts';
import { TaskRun, type TaskRunOptions } from './task-run.ts';

const WAIT_MS = 25_000;
const MOST_AT_ONCE = 8;
/** Until the server is asked, a lease from before a restart is believed for as long as one request may take. */
const UNKNOWN_LEASE_MS = 30_000;
const REFUSED_MS = 30_000;

export interface WorkerOptions extends TaskRunOptions {
  /** All targets of the agent, each time the server names them. */
  readonly onTargets: (targets: readonly WatchedTarget[]) => void;
  /** Something changed on a target by our own doing. */
  readonly onWorked: (targetId: string) => void;
}

/** Takes tasks and carries them out, one at a time for each target. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #runs = new Map<string, TaskRun>();
  #platform: string | undefined;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Until the signal is aborted; then the steps under way are finished. */
  async run(signal: AbortSignal): Promise<void> {
    const stopRuns = () => {
      for (const run of this.#runs.values()) run.stop();
    };
    signal.addEventListener('abort', stopRuns, { once: true });
    await this.#goOn(signal);
    const backoff = new Backoff(this.#options.system);
    while (!signal.aborted) {
      try {
        if (this.#runs.size >= MOST_AT_ONCE) await Promise.race([...this.#runs.values()].map(({ ended }) => ended));
        await this.#take(signal);
        backoff.reset();
      } catch (error) {
        if (signal.aborted) break;
        this.#options.log.warn('The server gave no answer about tasks', errorFields(error));
        // Revoked or expired: the server says so to each request, and a person must act first.
        if (isRefusal(error)) await this.#pauseRefused(signal);
        else await backoff.pause(signal);
      }
    }
    // Again: one may have begun with the last answer.
    stopRuns();
    await Promise.all([...this.#runs.values()].map(({ ended }) => ended));
  }

  /** What an earlier process began goes on at once if its lease still counts; else when the server gives it out again. */
  async #goOn(signal: AbortSignal): Promise<void> {
    const { folder, system } = this.#options;
    for (const kept of await readKeptTasks(folder.tasks)) {
      if (signal.aborted) return;
      const lease = new Lease(kept.task.fencingToken, UNKNOWN_LEASE_MS, system.monotonicMs(), system);
      if (await this.#stillCounts(kept, lease, signal)) this.#begin(kept, lease);
      else lease.release();
    }
  }

  /** Asks with an empty report, until somebody answers. */
  async #stillCounts({ task }: KeptTask, lease: Lease, signal: AbortSignal): Promise<boolean> {
    const { routes, system, log } = this.#options;
    const backoff = new Backoff(system);
    while (!signal.aborted) {
      try {
        await new Progress({ taskId: task.id, lease, routes, system, log }).tell(signal);
        return !lease.signal.aborted;
      } catch (error) {
        if (signal.aborted || isRefusal(error)) return false;
        log.warn('The server gave no answer about a task begun earlier', errorFields(error));
        await backoff.pause(signal);
      }
    }
    return false;
  }

  async #take(signal: AbortSignal): Promise<void> {
    const { routes, onTargets } = this.#options;
    const platform = await this.#findPlatform(signal);
    const waitMs = this.#platform === undefined ? 5_000 : WAIT_MS;
    const { body } = await routes.takeTask({ body: { waitMs, softwareVersion: VERSION, platform } }, { signal });
    onTargets(body.targets);
    if (body.task !== null) await this.#accept(body.task, signal);
  }

  /**
   * The server may have answered long ago: a process that was stopped hears it when it wakes, and by then the lease is another's.
   * So the lease is renewed before anything is done under it.
   */
  async #accept(task: Task, signal: AbortSignal): Promise<void> {
    const { folder, system, log } = this.#options;
    // The newest lease for a target is the one that counts: older work ends before the next Engine call.
    const before = this.#runs.get(task.target.id);
    before?.lease.end('a newer lease for the target began');
    before?.stop();
    await before?.ended;
    const kept = await keepTask(folder.tasks, task);
    if (kept === undefined) {
      log.warn('A lease was refused: a newer one is known', { taskId: task.id, fencingToken: task.fencingToken });
      return;
    }
    const lease = new Lease(task.fencingToken, task.leaseMs, system.monotonicMs(), system);
    if (await this.#stillCounts(kept, lease, signal)) return this.#begin(kept, lease);
    lease.release();
    if (!signal.aborted)
      log.warn('A lease was over before its task was begun', { taskId: task.id, fencingToken: task.fencingToken });
  }

  #begin(kept: KeptTask, lease: Lease): void {
    const { log, onWorked } = this.#options;
    const targetId = kept.task.target.id;
    const run = new TaskRun(kept, lease, this.#options);
    this.#runs.set(targetId, run);
    void run.ended
      .catch((error: unknown) => log.warn('A task broke off', { taskId: kept.task.id, ...errorFields(error) }))
      .finally(() => {
        if (this.#runs.get(targetId) === run) this.#runs.delete(targetId);
        onWorked(targetId);
      });
  }

  /** That of the Engine, which may be another machine's; without one, the host's own. */
  async #findPlatform(signal: AbortSignal): Promise<string> {
    const { docker } = this.#options.hosts;
    this.#platform ??= docker === undefined ? hostPlatform() : await docker.platform(signal).catch(() => undefined);
    return this.#platform ?? hostPlatform();
  }

  async #pauseRefused(signal: AbortSignal): Promise<void> {
    for (const run of this.#runs.values()) run.lease.end('the server refuses this agent');
    await pause(REFUSED_MS, signal);
  }
}
