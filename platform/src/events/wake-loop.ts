/** Longest silence before a loop looks by itself: notifications may be lost with a connection. */
const LOOK_ANYWAY_MS = 5_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Runs one task whenever it is woken, never twice at a time; woken while it runs, it runs once more. After a failure it
 * pauses, longer each time. A task may answer in how many milliseconds it wants to look again.
 */
export class WakeLoop {
  readonly #run: () => Promise<number | void>;
  readonly #onError: (error: unknown) => void;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isWanted = false;
  #isStopped = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(run: () => Promise<number | void>, onError: (error: unknown) => void) {
    this.#run = run;
    this.#onError = onError;
  }

  readonly wake = (): void => {
    this.#isWanted = true;
    if (this.#isStopped || this.#running !== undefined) return;
    clearTimeout(this.#timer);
    this.#running = this.#turn().finally(() => {
      this.#running = undefined;
    });
  };

  /** Lets the task end that is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  async #turn(): Promise<void> {
    let nextMs = LOOK_ANYWAY_MS;
    while (this.#isWanted && !this.#isStopped) {
      this.#isWanted = false;
      try {
        const againMs = await this.#run();
        nextMs = Math.min(Math.ceil(againMs ?? LOOK_ANYWAY_MS), LOOK_ANYWAY_MS);
        this.#pauseMs = FIRST_PAUSE_MS;
      } catch (error) {
        this.#onError(error);
        nextMs = this.#pauseMs;
        this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
        break;
      }
    }
    if (!this.#isStopped) this.#timer = setTimeout(this.wake, nextMs).unref();
  }
}
