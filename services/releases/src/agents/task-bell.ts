import type { ServiceHost } from '@stella-ops/platform/service';
import { agentsWithTasks } from '../store/tasks.ts';

export interface Waiter {
  wait(ms: number, signal: AbortSignal): Promise<void>;
  end(): void;
}

/**
 * Wakes agents that wait for a task. Events tell that something happened; one query then finds who of those who wait has
 * work, however many wait.
 */
export class TaskBell {
  readonly #host: Pick<ServiceHost, 'database' | 'onEvents'>;
  readonly #waiting = new Map<string, Set<() => void>>();
  readonly #failed: (error: unknown) => void;
  #subscription: { close(): Promise<void> } | undefined;
  #looking: Promise<void> | undefined;
  #isRung = false;
  #isClosed = false;

  constructor(host: Pick<ServiceHost, 'database' | 'onEvents'>, failed: (error: unknown) => void) {
    this.#host = host;
    this.#failed = failed;
  }

  /** Whether the process is about to stop: nobody waits any more. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  async open(): Promise<void> {
    this.#subscription = await this.#host.onEvents(() => this.ring());
  }

  /**
   * Waits until there may be a task for the agent, or the time is over. Begin to wait, then look, then await: what comes
   * between is not missed.
   */
  waiter(agentId: string): Waiter {
    const woken = Promise.withResolvers<void>();
    const waiters = this.#waiting.get(agentId) ?? new Set();
    this.#waiting.set(agentId, waiters.add(woken.resolve));
    if (this.#isClosed) woken.resolve();
    return {
      wait: async (ms, signal) => {
        const timer = setTimeout(woken.resolve, ms);
        signal.addEventListener('abort', () => woken.resolve(), { once: true });
        if (signal.aborted) woken.resolve();
        await woken.promise;
        clearTimeout(timer);
      },
      end: () => {
        waiters.delete(woken.resolve);
        if (waiters.size === 0 && this.#waiting.get(agentId) === waiters) this.#waiting.delete(agentId);
      },
    };
  }

  ring(): void {
    if (this.#waiting.size === 0) return;
    this.#isRung = true;
    this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
  }

  /** Everybody who waits is answered now, and nobody waits any more. */
  release(): void {
    this.#isClosed = true;
    for (const waiters of this.#waiting.values()) for (const wake of waiters) wake();
  }

  async close(): Promise<void> {
    this.release();
    await this.#subscription?.close();
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (this.#isRung) {
      this.#isRung = false;
      const agents = [...this.#waiting.keys()];
      if (agents.length === 0) return;
      try {
        const found = await this.#host.database.withRelay((tx) => agentsWithTasks(tx, agents), { isReadOnly: true });
        for (const id of found) for (const wake of this.#waiting.get(id) ?? []) wake();
      } catch (error) {
        // They ask again when their time is over.
        this.#failed(error);
      }
    }
  }
}
