import type { DatabaseSync } from 'node:sqlite';
import { fail } from './errors.ts';

export const LOG_FORMAT = 'stella.log/v1';

// Level 0 of the tree is `entries.leaf_hash`; `nodes` holds the perfect subtrees above it, so that an append reads and
// writes a handful of rows whatever the size. The primary key of `checkpoints` makes a second root for one size an error.
const SCHEMA = `
CREATE TABLE log (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  format TEXT NOT NULL,
  origin TEXT NOT NULL,
  seed BLOB NOT NULL CHECK (length(seed) = 32)
) STRICT;
CREATE TABLE entries (
  idx INTEGER PRIMARY KEY CHECK (idx >= 0),
  leaf_hash BLOB NOT NULL UNIQUE CHECK (length(leaf_hash) = 32),
  body BLOB NOT NULL
) STRICT;
CREATE TABLE nodes (
  level INTEGER NOT NULL CHECK (level > 0),
  idx INTEGER NOT NULL CHECK (idx >= 0),
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (level, idx)
) STRICT, WITHOUT ROWID;
CREATE TABLE checkpoints (
  size INTEGER PRIMARY KEY CHECK (size >= 0),
  root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL
) STRICT;
`;

/**
 * EXTRA and not FULL: with a rollback journal a commit is the removal of the journal, and only EXTRA flushes the folder
 * after it. Without that a power loss could bring the journal back and take an acknowledged entry away. And a rollback
 * journal and not WAL: the one file is whole after each commit, so a copy of it is a copy of the log.
 */
export function preparePragmas(db: DatabaseSync): void {
  db.exec('PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA; PRAGMA trusted_schema = OFF;');
}

/** Makes the tables in the running transaction. */
export function createTables(db: DatabaseSync): void {
  db.exec(SCHEMA);
}

export function hasTables(db: DatabaseSync): boolean {
  return db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'log'`).get() !== undefined;
}

// Primary result codes of SQLite (https://www.sqlite.org/rescode.html).
const BUSY = new Set([5, 6]);
const UNWRITABLE = new Set([3, 8, 10, 13, 14, 23]);

/** Runs database work; what SQLite throws becomes an `AppError`, anything else passes. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof Error) || !('errcode' in cause) || typeof cause.errcode !== 'number') throw cause;
    const code = cause.errcode & 0xff;
    const init = { place: { file }, cause };
    if (BUSY.has(code)) throw fail('LOG_BUSY', 'the log is in use', init);
    if (UNWRITABLE.has(code)) throw fail('LOG_UNWRITABLE', `the log cannot be written: ${cause.message}`, init);
    throw fail('LOG_DAMAGED', `the log cannot be read: ${cause.message}`, init);
  }
}
