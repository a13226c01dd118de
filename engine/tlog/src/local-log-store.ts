import type { DatabaseSync, SQLOutputValue, StatementSync } from 'node:sqlite';
import { fail } from './errors.ts';
import type { NodeReader } from './proofs.ts';

export interface StoredCheckpoint {
  readonly size: number;
  readonly root: Buffer;
  readonly note: string;
}

/** The statements of the local log. Values are taken as the schema's CHECKs promise them; anything else is damage. */
export class LocalLogStore {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  identity(): { format: string; origin: string; seed: Buffer } {
    const row = this.#row('SELECT format, origin, seed FROM log WHERE id = 1');
    return { format: text(row?.['format']), origin: text(row?.['origin']), seed: blob(row?.['seed']) };
  }

  insertIdentity(format: string, origin: string, seed: Uint8Array): void {
    this.#run('INSERT INTO log (id, format, origin, seed) VALUES (1, ?, ?, ?)', format, origin, seed);
  }

  /** Number of entries: indices have no holes, `audit` checks that. */
  entryCount(): number {
    return integer(this.#row('SELECT coalesce(max(idx) + 1, 0) AS size FROM entries')?.['size']);
  }

  indexOf(leafHash: Uint8Array): number | undefined {
    const row = this.#row('SELECT idx FROM entries WHERE leaf_hash = ?', leafHash);
    return row === undefined ? undefined : integer(row['idx']);
  }

  body(index: number): Buffer {
    return blob(this.#row('SELECT body FROM entries WHERE idx = ?', index)?.['body']);
  }

  insertEntry(index: number, leafHash: Uint8Array, body: Uint8Array): void {
    this.#run('INSERT INTO entries (idx, leaf_hash, body) VALUES (?, ?, ?)', index, leafHash, body);
  }

  *entries(): Generator<{ index: number; leafHash: Buffer; body: Buffer }> {
    for (const row of this.#statement('SELECT idx, leaf_hash, body FROM entries ORDER BY idx').iterate()) {
      yield { index: integer(row['idx']), leafHash: blob(row['leaf_hash']), body: blob(row['body']) };
    }
  }

  readonly node: NodeReader = (level, index) => {
    const row =
      level === 0
        ? this.#row('SELECT leaf_hash AS hash FROM entries WHERE idx = ?', index)
        : this.#row('SELECT hash FROM nodes WHERE level = ? AND idx = ?', level, index);
    return blob(row?.['hash']);
  };

  insertNode(level: number, index: number, hash: Uint8Array): void {
    this.#run('INSERT INTO nodes (level, idx, hash) VALUES (?, ?, ?)', level, index, hash);
  }

  latestCheckpoint(): StoredCheckpoint {
    return checkpoint(this.#row('SELECT size, root, note FROM checkpoints ORDER BY size DESC LIMIT 1'));
  }

  checkpointAt(size: number): StoredCheckpoint {
    return checkpoint(this.#row('SELECT size, root, note FROM checkpoints WHERE size = ?', size));
  }

  insertCheckpoint({ size, root, note }: StoredCheckpoint): void {
    this.#run('INSERT INTO checkpoints (size, root, note) VALUES (?, ?, ?)', size, root, note);
  }

  #row(sql: string, ...values: (number | Uint8Array)[]): Record<string, SQLOutputValue> | undefined {
    return this.#statement(sql).get(...values);
  }

  #run(sql: string, ...values: (number | string | Uint8Array)[]): void {
    this.#statement(sql).run(...values);
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) this.#statements.set(sql, (statement = this.#db.prepare(sql)));
    return statement;
  }
}

function checkpoint(row: Record<string, SQLOutputValue> | undefined): StoredCheckpoint {
  return { size: integer(row?.['size']), root: blob(row?.['root']), note: text(row?.['note']) };
}

function blob(value: SQLOutputValue | undefined): Buffer {
  if (!(value instanceof Uint8Array)) throw damaged();
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
}

function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw damaged();
  return value;
}

function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw damaged();
  return value;
}

const damaged = () => fail('LOG_DAMAGED', 'a row of the log is missing');
