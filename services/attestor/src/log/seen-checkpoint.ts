import type { CheckpointRow } from '../store/log-state.ts';

/**
 * What this process knows of the log beyond the database: the newest checkpoint that it saw committed, and what a reading
 * of the whole log found wrong. Take `latest` before a transaction begins, so that the transaction cannot be older.
 */
export class SeenCheckpoint {
  #latest: CheckpointRow | undefined;
  /** Set for good: only an operator who repairs the log and starts the process again ends it. */
  fault: string | undefined;

  get latest(): CheckpointRow | undefined {
    return this.#latest;
  }

  see({ size, root, note }: CheckpointRow): void {
    if (this.#latest === undefined || size > this.#latest.size) this.#latest = { size, root, note };
  }
}
