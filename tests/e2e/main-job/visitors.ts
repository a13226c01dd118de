import type { FleetHost } from './fleet.ts';

const PAUSE_MS = 10;

export interface VisitLog {
  readonly answered: number;
  /** Requests that no host answered. */
  readonly unanswered: number;
  /** At one time. */
  readonly mostHostsAway: number;
  readonly longestAwayMs: number;
}

/**
 * People who ask the published ports of hosts, one request after another: each host in turn, and the next one when a host does not
 * answer. There is no balancer: this is what a client that knows all addresses does.
 */
export class Visitors {
  readonly #hosts: readonly FleetHost[];
  readonly #away = new Map<string, number>();
  readonly #ended: Promise<void>;
  #isStopping = false;
  #answered = 0;
  #unanswered = 0;
  #mostHostsAway = 0;
  #longestAwayMs = 0;

  constructor(hosts: readonly FleetHost[]) {
    this.#hosts = hosts;
    this.#ended = this.#run();
  }

  async stop(): Promise<VisitLog> {
    this.#isStopping = true;
    await this.#ended;
    return {
      answered: this.#answered,
      unanswered: this.#unanswered,
      mostHostsAway: this.#mostHostsAway,
      longestAwayMs: this.#longestAwayMs,
    };
  }

  async #run(): Promise<void> {
    for (let turn = 0; !this.#isStopping; turn++) {
      let isAnswered = false;
      for (let next = 0; next < this.#hosts.length && !isAnswered; next++) {
        isAnswered = await this.#visit(this.#hosts[(turn + next) % this.#hosts.length]);
      }
      if (isAnswered) this.#answered++;
      else this.#unanswered++;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }

  async #visit(host: FleetHost | undefined): Promise<boolean> {
    if (host === undefined) return false;
    const askedAtMs = performance.now();
    const answer = await host.network.ask(host.published);
    const since = this.#away.get(host.name);
    if (answer === undefined) {
      if (since === undefined) this.#away.set(host.name, askedAtMs);
      this.#mostHostsAway = Math.max(this.#mostHostsAway, this.#away.size);
      return false;
    }
    if (since !== undefined) {
      this.#longestAwayMs = Math.max(this.#longestAwayMs, performance.now() - since);
      this.#away.delete(host.name);
    }
    return true;
  }
}
