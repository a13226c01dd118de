import { AppError } from '@stella-ops/engine-kernel';
import { leafHash, type LoggedEntry, MAX_ENTRY_BYTES } from '@stella-ops/engine-tlog';
import type { Database } from '@stella-ops/platform/database';
import type { SystemClock } from '@stella-ops/platform/runtime';
import { type GroupCommit, groupCommit } from '@stella-ops/platform/service';
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

/** Entries in one transaction. More make the first of them wait longer and the log hardly faster. */
const MAX_BATCH = 512;

/** Appends by group commit: a crowd shares one transaction and one signed checkpoint. */
export class LogWriter {
  readonly #parts: Parts;
  readonly #group: GroupCommit<NewEntry, LoggedEntry>;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#group = groupCommit(MAX_BATCH, (entries) => this.#commit(entries));
  }

  /**
   * Adds an entry, or finds it: one that the log holds already keeps its index. When this resolves, entry and signed
   * checkpoint are on the disk. After a failure the entry may or may not be in the log: append it again. Not inside a
   * transaction.
   *
   * @param body at most 65,535 bytes
   * @throws AppError `LOG_FORKED`, `LOG_KEY_UNAVAILABLE`, `DATABASE_…`
   */
  append(tenantId: string, body: Buffer): Promise<LoggedEntry> {
    if (body.length > MAX_ENTRY_BYTES) throw new Error(`an entry of ${body.length} bytes is over the limit`);
    return this.#group.add({ tenantId, body, leafHash: leafHash(body) });
  }

  /** Resolves when nothing waits any more. */
  idle(): Promise<void> {
    return this.#group.idle();
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
