import type { Database } from '@stella-ops/platform/database';
import { masterKeyFileOf, type Randomness, type SystemClock } from '@stella-ops/platform/runtime';
import type { AttestorConfig } from '../config.ts';
import { LogKeeper } from './log-identity.ts';
import { LogReader } from './log-reader.ts';
import { type BatchReport, LogWriter } from './log-writer.ts';
import { SeenCheckpoint } from './seen-checkpoint.ts';

export interface LogOptions {
  readonly database: Database;
  readonly config: AttestorConfig;
  readonly clock: SystemClock;
  readonly randomness: Randomness;
  /** Told of every batch that was committed. */
  readonly committed?: (batch: BatchReport) => void;
  /** Told when stored log and signed state disagree. */
  readonly failed: (error: unknown) => void;
}

/** The log of an installation as one process has it. */
export interface Log {
  readonly keeper: LogKeeper;
  readonly seen: SeenCheckpoint;
  readonly writer: LogWriter;
  readonly reader: LogReader;
}

/** Touches nothing yet: name and key are read, or made, when first asked for. */
export function openLog({ database, config, clock, randomness, committed, failed }: LogOptions): Log {
  const seen = new SeenCheckpoint();
  const keeper = new LogKeeper({
    database,
    origin: config.origin,
    masterKeyFile: masterKeyFileOf(config),
    randomness,
    clock,
  });
  return {
    keeper,
    seen,
    writer: new LogWriter({ database, keeper, seen, clock, committed: committed ?? (() => undefined), failed }),
    reader: new LogReader({ database, keeper, seen }),
  };
}
