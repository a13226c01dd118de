import type { Client } from '@stella-ops/contracts';
import type { AGENT_ROUTES } from '@stella-ops/contracts/deployments';
import type { StepReport } from '@stella-ops/engine-deploy';
import { Backoff } from '../link/backoff.ts';
import { isRefusal } from '../link/refusal.ts';
import { errorFields, type Log } from '../log.ts';
import { pause } from '../pause.ts';
import type { System } from '../system.ts';
import { type Lease } from './lease.ts';
import { OutputTail } from './output-tail.ts';

/** A lease lasts 30 s unless the server is told otherwise: three chances and more. */
const RENEW_MS = 8_000;
const CHANCES = 3;
/** Steps that change together are told together. */
const GAP_MS = 150;
const OUTPUT_MS = 1_000;
/** A report under way when the work ends goes to its end, if it does so soon. */
const LAST_MS = 2_000;

export interface ProgressOptions {
  readonly taskId: string;
  readonly lease: Lease;
  readonly routes: Client<typeof AGENT_ROUTES>;
  readonly system: System;
  readonly log: Log;
}

/** Tells the server how far a task is: at each change, and often enough that the lease goes on. */
export class Progress {
  readonly #options: ProgressOptions;
  readonly #output = new OutputTail();
  #steps: readonly StepReport[] = [];
  #wakeAtMs = 0;
  #wake: AbortController = new AbortController();

  constructor(options: ProgressOptions) {
    this.#options = options;
  }

  get steps(): readonly StepReport[] {
    return this.#steps;
  }

  get output(): string {
    return this.#output.text;
  }

  setSteps(steps: readonly StepReport[]): void {
    this.#steps = steps;
    this.#tellIn(GAP_MS);
  }

  addOutput(text: string): void {
    this.#output.add(text);
    this.#tellIn(OUTPUT_MS);
  }

  /** Goes on until the signal is aborted or the lease is over. */
  async keepTelling(signal: AbortSignal): Promise<void> {
    const { lease, system, log, taskId } = this.#options;
    const over = AbortSignal.any([signal, lease.signal]);
    const backoff = new Backoff(system);
    const last = new AbortController();
    signal.addEventListener('abort', () => setTimeout(() => last.abort(), LAST_MS).unref(), { once: true });
    const cut = AbortSignal.any([last.signal, lease.signal]);
    this.#wakeAtMs = system.monotonicMs();
    while (!over.aborted) {
      await this.#rest(over);
      if (over.aborted) return;
      this.#wakeAtMs = system.monotonicMs() + Math.min(RENEW_MS, lease.lengthMs / CHANCES);
      try {
        await this.tell(cut);
        backoff.reset();
      } catch (error) {
        if (over.aborted) return;
        log.warn('The server did not take the progress of a task', { taskId, ...errorFields(error) });
        if (isRefusal(error)) return lease.end('the server gave the task to another lease');
        await backoff.pause(over);
        this.#tellIn(0);
      }
    }
  }

  /** Once, now; renews the lease. @throws AppError what the server answers */
  async tell(signal: AbortSignal): Promise<void> {
    const { lease, routes, system, taskId } = this.#options;
    const askedAtMs = system.monotonicMs();
    const body = { fencingToken: lease.fencingToken, steps: [...this.#steps], output: this.output };
    const answer = await routes.reportProgress({ params: { taskId }, body }, { signal });
    lease.renew(answer.body.leaseMs, askedAtMs);
  }

  #tellIn(ms: number): void {
    const atMs = this.#options.system.monotonicMs() + ms;
    if (atMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = atMs;
    this.#wake.abort();
  }

  async #rest(over: AbortSignal): Promise<void> {
    for (;;) {
      const leftMs = this.#wakeAtMs - this.#options.system.monotonicMs();
      if (leftMs <= 0 || over.aborted) return;
      this.#wake = new AbortController();
      await pause(leftMs, AbortSignal.any([over, this.#wake.signal]));
    }
  }
}
