import type { Client } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import { canonicalJson } from '@stella-ops/engine-kernel';
import { Backoff } from '../link/backoff.ts';
import { errorFields, type Log } from '../log.ts';
import { pause } from '../pause.ts';
import type { System } from '../system.ts';
import type { Host } from '../tasks/host.ts';
import type { WatchedTarget } from '../tasks/task.ts';

/** The server is told at least this often, changed or not: silence means that nobody looks. */
const TELL_MS = 30_000;
/** One change comes as several events: create, start, health. */
const SETTLE_MS = 200;
const MOST_CONTAINERS = 2_000;

export interface TargetWatchOptions {
  readonly host: Host;
  readonly routes: Client<typeof AGENT_ROUTES>;
  readonly system: System;
  readonly log: Log;
}

/** Tells the server what runs on one target: soon after each change, and every half a minute. */
export class TargetWatch {
  readonly #target: WatchedTarget;
  readonly #options: TargetWatchOptions;
  readonly #stopping = new AbortController();
  readonly #ended: Promise<unknown>;
  #told: { readonly what: string; readonly atMs: number } | undefined;
  #rest: AbortController | undefined;
  #hasChanged = true;
  #wasWarned = false;

  constructor(target: WatchedTarget, options: TargetWatchOptions) {
    this.#target = target;
    this.#options = options;
    this.#ended = Promise.all([this.#listen(), this.#look()]);
  }

  /** Looks again soon. */
  wake(): void {
    this.#hasChanged = true;
    this.#rest?.abort();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#ended;
  }

  async #look(): Promise<void> {
    const { host, system } = this.#options;
    const { signal } = this.#stopping;
    const backoff = new Backoff(system);
    while (!signal.aborted) {
      if (this.#hasChanged && this.#told !== undefined) await pause(SETTLE_MS, signal);
      this.#hasChanged = false;
      try {
        await this.#tell(signal);
        backoff.reset();
        this.#wasWarned = false;
      } catch (error) {
        if (signal.aborted) return;
        this.#warnOnce(error);
        await backoff.pause(signal);
        continue;
      }
      if (this.#hasChanged) continue;
      this.#rest = new AbortController();
      await pause(host.sweepMs, AbortSignal.any([signal, this.#rest.signal]));
    }
  }

  /** What cannot be seen is not told: the server must not take an Engine that is away for an empty one. */
  async #tell(signal: AbortSignal): Promise<void> {
    const { host, routes, system } = this.#options;
    const { engineVersion, containers } = await host.observe(this.#target, signal);
    const seen = containers.slice(0, MOST_CONTAINERS).map((one) => ({
      ...one,
      labels: { ...one.labels },
      repoDigests: [...one.repoDigests],
    }));
    const what = canonicalJson(seen);
    const isDue = this.#told === undefined || system.monotonicMs() - this.#told.atMs >= TELL_MS - SETTLE_MS;
    if (!isDue && this.#told?.what === what) return;
    await routes.observe(
      { body: { targetId: this.#target.id, observedAt: system.clock.now(), engineVersion, containers: seen } },
      { signal },
    );
    this.#told = { what, atMs: system.monotonicMs() };
  }

  /** After each loss of the stream something may have been missed. */
  async #listen(): Promise<void> {
    const { host, system } = this.#options;
    const { signal } = this.#stopping;
    const backoff = new Backoff(system);
    while (!signal.aborted) {
      try {
        for await (const _ of host.changes(this.#target, signal)) {
          backoff.reset();
          this.wake();
        }
      } catch (error) {
        if (!signal.aborted) this.#warnOnce(error);
      }
      if (signal.aborted) return;
      this.wake();
      await backoff.pause(signal);
    }
  }

  #warnOnce(error: unknown): void {
    if (this.#wasWarned) return;
    this.#wasWarned = true;
    this.#options.log.warn('A target cannot be watched', { target: this.#target.name, ...errorFields(error) });
  }
}
