import { pause } from '../pause.ts';
import type { System } from '../system.ts';

const FIRST_MS = 250;
const LONGEST_MS = 20_000;

/** Longer and longer pauses with jitter, so that agents of a server that comes back do not all knock at once. */
export class Backoff {
  readonly #system: Pick<System, 'random'>;
  #failures = 0;

  constructor(system: Pick<System, 'random'>) {
    this.#system = system;
  }

  reset(): void {
    this.#failures = 0;
  }

  /** Between half and the whole of twice the pause before. */
  nextMs(): number {
    const most = Math.min(FIRST_MS * 2 ** Math.min(this.#failures++, 16), LONGEST_MS);
    return Math.round(most / 2 + (this.#system.random() * most) / 2);
  }

  /** Resolves early when the signal is aborted. */
  async pause(signal: AbortSignal): Promise<void> {
    await pause(this.nextMs(), signal);
  }
}
