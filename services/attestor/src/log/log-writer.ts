import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@stella-ops/engine-kernel';
import { leafHash, type LoggedEntry, MAX_ENTRY_BYTES } from '@stella-ops/engine-tlog';
import { assertNoTransaction, type Database } from '@stella-ops/platform/database';
import type { SystemClock } from '@stella-ops/platform/runtime';
import { forked } from '../errors.ts';
import { appendBatch, type NewEntry } from './append-batch.ts';
import type { LogKeeper } from './log-identity.ts';
import type { SeenCheckpoint } from './seen-checkpoint.ts';

interface Parts {
  readonly database: Database;
  readonly keeper: LogKeeper;
  readonly seen: SeenCheckpoint;
  readonly clock: SystemClock;
  readonly committed: (batch: BatchReport) => void;
  /** Told when stored log and signed state disagree. */
  readonly failed: (error: unknown) => void;
}

export interface BatchReport {
  /** Entries that were new. */
  readonly count: number;
  readonly treeSize: number;
  readonly durationMs: number;
}

interface Waiting {
  readonly entry: NewEntry;
  readonly done: PromiseWithResolvers<LoggedEntry>;
}

/** Entries in one transaction. More make the first of them wait longer and the log hardly faster. */
const MAX_BATCH = 512;

/**
 * Appends by group commit: while a batch is being committed the next one collects, so nobody waits for a timer and a crowd
 * shares one flush to disk.
 */
export class LogWriter {
  readonly #parts: Parts;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Adds an entry, or finds it: one that the log holds already keeps its index. When this resolves, entry and signed
   * checkpoint are on the disk. After a failure the entry may or may not be in the log: append it again.
   *
   * @param body at most 65,535 bytes
   * @throws AppError `LOG_FORKED`, `LOG_KEY_UNAVAILABLE`, `DATABASE_…`
   */
  append(tenantId: string, body: Buffer): Promise<LoggedEntry> {
    // The batch runs in the context of whoever came first; inside a transaction it would fail for all of them.
    assertNoTransaction('an append to the log');
    if (body.length > MAX_ENTRY_BYTES) throw new Error(`an entry of ${body.length} bytes is over the limit`);
    const done = Promise.withResolvers<LoggedEntry>();
    this.#waiting.push({ entry: { tenantId, body, leafHash: leafHash(body) }, done });
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
    return done.promise;
  }

  /** Resolves when nothing waits any more. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // Whatever was asked for in the same turn goes into the first batch.
    await nextTurn();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, MAX_BATCH);
      try {
        const logged = await this.#commit(batch.map(({ entry }) => entry));
        batch.forEach(({ done }, at) => {
          const entry = logged[at];
          if (entry === undefined) done.reject(new Error('a batch answers for each of its entries'));
          else done.resolve(entry);
        });
      } catch (error) {
        for (const { done } of batch) done.reject(error);
      }
    }
  }

  async #commit(entries: readonly NewEntry[]): Promise<readonly LoggedEntry[]> {
    const { database, keeper, seen, clock, committed, failed } = this.#parts;
    const startedMs = clock.monotonicMs();
    if (seen.fault !== undefined) throw forked(seen.fault);
    const identity = await keeper.identity();
    const signer = await keeper.signer();
    try {
      const options = { identity, signer, seen: seen.latest, at: clock.now() };
      const { logged, checkpoint, count } = await database.withRelay((tx) => appendBatch(tx, entries, options), {
        isolation: 'read committed',
      });
      seen.see(checkpoint);
      committed({ count, treeSize: checkpoint.size, durationMs: clock.monotonicMs() - startedMs });
      return logged;
    } catch (error) {
      if (error instanceof AppError && error.code === 'LOG_FORKED') failed(error);
      throw error;
    }
  }
}
