import { DEPLOYMENTS_ERRORS } from '@stella-ops/contracts/deployments';
import { AppError } from '@stella-ops/engine-kernel';
import type { System } from '../system.ts';

const LATE = 'the lease was not renewed in time';

/**
 * The right to work on a target, as far as this process knows. It ends when the server says so, when a newer lease for the
 * target begins, and by itself when it was not renewed in time: then another agent may have it.
 */
export class Lease {
  readonly fencingToken: number;
  readonly #system: Pick<System, 'monotonicMs'>;
  #lengthMs = 0;
  #endsAtMs = 0;
  readonly #over = new AbortController();
  #timer: NodeJS.Timeout | undefined;

  /** @param askedAtMs monotonic time before the request was sent that the lease came with */
  constructor(fencingToken: number, leaseMs: number, askedAtMs: number, system: Pick<System, 'monotonicMs'>) {
    this.fencingToken = fencingToken;
    this.#system = system;
    this.renew(leaseMs, askedAtMs);
  }

  /** Aborted when the lease is over. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** How long the server lets it last without a report. */
  get lengthMs(): number {
    return this.#lengthMs;
  }

  /** Counts from before the request: the server may have answered at once. */
  renew(leaseMs: number, askedAtMs: number): void {
    if (this.signal.aborted) return;
    clearTimeout(this.#timer);
    this.#lengthMs = leaseMs;
    this.#endsAtMs = askedAtMs + leaseMs;
    const leftMs = this.#endsAtMs - this.#system.monotonicMs();
    this.#timer = setTimeout(() => this.end(LATE), Math.max(leftMs, 0));
  }

  /**
   * Asked before each act. Looks at the clock too: in a process that was stopped for a while, answers that came meanwhile are heard
   * before timers.
   *
   * @throws AppError `LEASE_LOST`
   */
  check(): void {
    if (this.#system.monotonicMs() >= this.#endsAtMs) this.end(LATE);
    this.signal.throwIfAborted();
  }

  end(reason: string): void {
    clearTimeout(this.#timer);
    this.#over.abort(new AppError('LEASE_LOST', DEPLOYMENTS_ERRORS.LEASE_LOST, reason));
  }

  /** Frees the timer of a lease that nobody needs any more. */
  release(): void {
    clearTimeout(this.#timer);
  }
}
