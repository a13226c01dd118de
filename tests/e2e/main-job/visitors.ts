import type { FleetHost } from './fleet.ts';

const PAUSE_MS = 10;

export interface VisitLog {
  readonly answered: number;
  /** Requests that no host answered. */
  readonly unanswered: number;
  /** At one time. */
  readonly mostHostsAway: number;
  /** How long hosts were away, each time. */
  readonly awayMs: readonly number[];
}

/**
 * People who ask the published ports of hosts, one request after another: each host in turn, and the next one when a host does not
 * answer. There is no balancer: this is what a client that knows all addresses does. Only who is asked knows whether it is there, so
 * hosts that were away are asked again before they are said to be away at the same time as another.
 */
export class Visitors {
  readonly #hosts: readonly FleetHost[];
  readonly #away = new Map<string, number>();
  readonly #ended: Promise<void>;
  #isStopping = false;
  #answered = 0;
  #unanswered = 0;
  #mostHostsAway = 0;
  readonly #awayMs: number[] = [];

  constructor(hosts: readonly FleetHost[]) {
    this.#hosts = hosts;
    this.#ended = this.#run();
  }

  get answered(): number {
    return this.#answered;
  }

  async stop(): Promise<VisitLog> {
    this.#isStopping = true;
    await this.#ended;
    return {
      answered: this.#answered,
      unanswered: this.#unanswered,
      mostHostsAway: this.#mostHostsAway,
      awayMs: this.#awayMs,
    };
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#isStopping; turn++) {
      let isAnswered = false;
      // Round again: while one was asked, the one before it may have come back.
      for (let next = 0; next < 2 * this.#hosts.length && !isAnswered; next++) {
        isAnswered = await this.#visit(this.#hosts[(turn + next) % this.#hosts.length]);
      }
      if (isAnswered) this.#answered++;
      else this.#unanswered++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #visit(host: FleetHost | undefined): Promise<boolean> {
    if (host === undefined) return false;
    if (await this.#ask(host)) return true;
    for (const other of this.#hosts) if (other !== host && this.#away.has(other.name)) await this.#ask(other);
    this.#mostHostsAway = Math.max(this.#mostHostsAway, this.#away.size);
    return false;
  }

  async #ask(host: FleetHost): Promise<boolean> {
    const askedAtMs = performance.now();
    const answer = await host.network.ask(host.published);
    const since = this.#away.get(host.name);
    if (answer === undefined) {
      if (since === undefined) this.#away.set(host.name, askedAtMs);
      return false;
    }
    if (since !== undefined) {
      this.#awayMs.push(performance.now() - since);
      this.#away.delete(host.name);
    }
    return true;
  }
}
