/** One way to ask a service of a host. Undefined: nobody answered. */
type Ask = () => Promise<string | undefined>;

export interface LoopLog {
  readonly seconds: number;
  readonly answered: number;
  /** Of the answered ones: by another host than the first asked. */
  readonly second: number;
  /** By no host. */
  readonly unanswered: number;
  /** Answered with something that no release says. */
  readonly wrong: number;
  readonly p95Ms: number;
}

/**
 * Requests at a fixed rate, whether or not earlier ones are answered: services and hosts in turn, and the next host of the same
 * service when one does not answer. There is no balancer: this is what a client that knows all addresses does.
 */
export class OpenLoop {
  readonly #places: readonly (readonly Ask[])[];
  readonly #startedMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Set<Promise<void>>();
  readonly #tookMs: number[] = [];
  #asked = 0;
  #second = 0;
  #unanswered = 0;
  #wrong = 0;

  /** @param places by service, then by host */
  constructor(places: readonly (readonly Ask[])[], perSecond: number) {
    this.#places = places;
    // A timer that comes late asks for all that is due by then.
    this.#timer = setInterval(() => {
      const due = ((performance.now() - this.#startedMs) / 1000) * perSecond;
      while (this.#asked < due) this.#begin(this.#asked++);
    }, 5);
  }

  async stop(): Promise<LoopLog> {
    clearInterval(this.#timer);
    const seconds = (performance.now() - this.#startedMs) / 1000;
    await Promise.all(this.#open);
    const sorted = this.#tookMs.toSorted((a, b) => a - b);
    return {
      seconds,
      answered: sorted.length,
      second: this.#second,
      unanswered: this.#unanswered,
      wrong: this.#wrong,
      p95Ms: sorted[Math.floor(sorted.length * 0.95)] ?? Infinity,
    };
  }

  #begin(serial: number): void {
    const asking = this.#ask(serial).finally(() => this.#open.delete(asking));
    this.#open.add(asking);
  }

  async #ask(serial: number): Promise<void> {
    const hosts = this.#places[serial % this.#places.length] ?? [];
    const first = Math.floor(serial / this.#places.length);
    const askedMs = performance.now();
    for (let next = 0; next < hosts.length; next++) {
      const answer = await hosts[(first + next) % hosts.length]?.();
      if (answer === undefined) continue;
      if (answer !== '1' && answer !== '2') this.#wrong++;
      else this.#tookMs.push(performance.now() - askedMs);
      if (next > 0) this.#second++;
      return;
    }
    this.#unanswered++;
  }
}
