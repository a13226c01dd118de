import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openCheckpoint, formatCheckpoint } from './checkpoint.ts';
import { ED25519_KEY_SIZE, Ed25519Key, spkiOfRaw } from './ed25519.ts';
import { fail } from './errors.ts';
import { emptyRoot, leafHash } from './hashes.ts';
import { createTables, guarded, hasTables, LOG_FORMAT, preparePragmas } from './local-log-schema.ts';
import { LocalLogStore, type StoredCheckpoint } from './local-log-store.ts';
import { extendRange, rootOfRange } from './merkle-root.ts';
import { type NoteSigner, type NoteVerifier, signNote } from './note.ts';
import { consistencyProof, inclusionProof, rangeAt, rootAt } from './proofs.ts';
import { MAX_ENTRY_BYTES } from './tiles.ts';
import { ed25519NoteSigner, ed25519NoteVerifier, formatVerifierKey, logIdOf } from './verifier-key.ts';
import { verifyConsistency, verifyInclusion } from './verify-proof.ts';

export interface LocalLogOptions {
  /** Path of the log file. It holds entries, checkpoints and the private key of the log; its mode is 0600. */
  readonly file: string;
  /**
   * Name of the log in its checkpoints: a URL without scheme that is yours and of no other log, such as
   * `log.example.com/evidence`. Needed to create; when given for a log that exists it must be its origin.
   */
  readonly origin?: string;
  /** Make the log when the file is not there. Default false. */
  readonly create?: boolean;
  /** How long to wait for another process. Default 10,000. */
  readonly busyTimeoutMs?: number;
  /** Source of the key of a new log. Default: the generator of the operating system. */
  readonly randomBytes?: (sizeBytes: number) => Uint8Array;
}

/** An entry with the proof that the log holds it. */
export interface LoggedEntry {
  readonly logIndex: number;
  readonly treeSize: number;
  readonly rootHash: Buffer;
  /** Inclusion proof, RFC 9162 section 2.1.3.1. */
  readonly hashes: readonly Buffer[];
  /** Signed note for `treeSize` and `rootHash`. */
  readonly checkpoint: string;
}

export interface ConsistencyAnswer {
  readonly oldSize: number;
  readonly treeSize: number;
  readonly hashes: readonly Buffer[];
  readonly checkpoint: string;
}

export type LogAudit =
  | { readonly ok: true; readonly size: number }
  /** `index` is the first entry that is not as it was signed. */
  | { readonly ok: false; readonly index: number; readonly detail: string };

/**
 * Opens a transparency log that lives in one SQLite file. Several processes may have it open.
 *
 * @throws AppError `LOG_NOT_FOUND`, `LOG_ORIGIN_MISMATCH`, `LOG_DAMAGED`, `LOG_FORKED`, `LOG_BUSY`, `LOG_UNWRITABLE`,
 *   `NOTE_INVALID` for an origin that cannot name a signer
 */
export function openLocalLog(options: LocalLogOptions): LocalLog {
  // Resolved, because SQLite reads meaning into names such as ":memory:" and "file:…".
  const file = resolve(options.file);
  return guarded(file, () => {
    reserveFile(file, options.create === true);
    const db = new DatabaseSync(file, { timeout: options.busyTimeoutMs ?? 10_000 });
    try {
      preparePragmas(db);
      return new LocalLog(file, db, options);
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** Makes the file before SQLite does, so that the key is never in a file that others can read. */
function reserveFile(file: string, create: boolean): void {
  if (existsSync(file)) return;
  if (!create) throw fail('LOG_NOT_FOUND', 'there is no log file', { place: { file } });
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (cause) {
    const raced = cause instanceof Error && 'code' in cause && cause.code === 'EEXIST';
    if (!raced) throw fail('LOG_UNWRITABLE', 'the log file cannot be made', { place: { file }, cause });
  }
}

/**
 * A log in one file. Made by {@link openLocalLog}. Never signs two roots for one size, nor a smaller size: the signed
 * checkpoint is committed together with its entry before it leaves the process, and every step starts by comparing
 * entries and checkpoint. It cannot see that the whole file was put back to an older copy; whoever keeps checkpoints can.
 */
export class LocalLog {
  readonly origin: string;
  /** SPKI DER. */
  readonly publicKey: Buffer;
  /** 32 bytes, the `logId.keyId` of Sigstore bundles. */
  readonly logId: Buffer;
  /** C2SP verifier key, as other tools take it. */
  readonly verifierKey: string;
  readonly #file: string;
  readonly #db: DatabaseSync;
  readonly #store: LocalLogStore;
  readonly #signer: NoteSigner;
  readonly #verifier: NoteVerifier;

  /** Use {@link openLocalLog}. */
  constructor(file: string, db: DatabaseSync, options: LocalLogOptions) {
    this.#file = file;
    this.#db = db;
    this.#store = new LocalLogStore(db);
    const { origin, key } = this.#transaction('IMMEDIATE', () => this.#identity(options));
    this.origin = origin;
    this.publicKey = spkiOfRaw(key.publicRaw);
    this.logId = logIdOf(origin, key.publicRaw);
    this.verifierKey = formatVerifierKey(origin, key.publicRaw);
    this.#signer = ed25519NoteSigner(origin, key);
    this.#verifier = ed25519NoteVerifier(origin, key.publicRaw);
    this.#transaction('DEFERRED', () => this.#head());
  }

  /**
   * Adds an entry, or finds it: an entry that the log holds already keeps its index and gets a proof against the present
   * checkpoint. When this returns the entry and the checkpoint that covers it are on the disk.
   *
   * @param entry at most 65,535 bytes
   * @throws AppError `LOG_ENTRY_TOO_LARGE`, `LOG_FORKED`, `LOG_DAMAGED`, `LOG_BUSY`, `LOG_UNWRITABLE`
   */
  append(entry: Uint8Array): LoggedEntry {
    if (entry.length > MAX_ENTRY_BYTES) {
      throw fail('LOG_ENTRY_TOO_LARGE', `an entry of ${entry.length} bytes is over the limit of ${MAX_ENTRY_BYTES}`);
    }
    const leaf = leafHash(entry);
    return this.#transaction('IMMEDIATE', () => {
      const head = this.#head();
      const index = this.#store.indexOf(leaf);
      return index === undefined ? this.#proof(head.size, this.#extend(head, leaf, entry)) : this.#proof(index, head);
    });
  }

  /** Proof of one entry against the present checkpoint. @throws AppError `PROOF_OUT_OF_RANGE`, `LOG_DAMAGED`, … */
  prove(index: number): LoggedEntry {
    return this.#transaction('DEFERRED', () => this.#proof(index, this.#head()));
  }

  /** The bytes of one entry. @throws AppError `PROOF_OUT_OF_RANGE`, `LOG_DAMAGED`, … */
  entry(index: number): Buffer {
    return this.#transaction('DEFERRED', () => {
      this.#proof(index, this.#head());
      return this.#store.body(index);
    });
  }

  /** Proof that the log as it was at `oldSize` is a prefix of the log as it is. @throws AppError `PROOF_OUT_OF_RANGE`, … */
  consistency(oldSize: number): ConsistencyAnswer {
    return this.#transaction('DEFERRED', () => {
      const head = this.#head();
      const hashes = consistencyProof(oldSize, head.size, this.#store.node);
      const verdict = verifyConsistency({
        oldSize: BigInt(oldSize),
        size: BigInt(head.size),
        oldRoot: this.#store.checkpointAt(oldSize).root,
        root: head.root,
        proof: hashes,
      });
      if (!verdict.ok) throw this.#forked(`the tree of ${oldSize} entries: ${verdict.detail}`);
      return { oldSize, treeSize: head.size, hashes, checkpoint: head.note };
    });
  }

  /** The newest signed checkpoint. An empty log has one, too. */
  checkpoint(): string {
    return this.#transaction('DEFERRED', () => this.#head().note);
  }

  /** Number of entries. */
  size(): number {
    return this.#transaction('DEFERRED', () => this.#head().size);
  }

  /**
   * Reads everything: recomputes every leaf, subtree and root, and verifies every checkpoint ever signed.
   *
   * @throws AppError `LOG_DAMAGED` when a row is missing altogether, `LOG_BUSY`
   */
  audit(): LogAudit {
    return this.#transaction('DEFERRED', () => {
      const range: Buffer[] = [];
      let size = 0;
      let fault = this.#checkpointFault(0, emptyRoot());
      for (const { index, leafHash: stored, body } of this.#store.entries()) {
        if (fault !== undefined) break;
        if (index !== size) fault = `entry ${size} is missing`;
        else if (!leafHash(body).equals(stored)) fault = 'the bytes do not have the recorded hash';
        else {
          extendRange(range, index, stored, (level, at, hash) => {
            if (!this.#store.node(level, at).equals(hash)) fault = `the subtree ${level}/${at} has another hash`;
          });
          fault ??= this.#checkpointFault(size + 1, rootOfRange(range));
        }
        if (fault === undefined) size++;
      }
      const signed = this.#store.latestCheckpoint().size;
      if (fault === undefined && signed > size) fault = `a checkpoint for ${signed} entries was signed`;
      return fault === undefined ? { ok: true, size } : { ok: false, index: size, detail: fault };
    });
  }

  close(): void {
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #identity({ origin, create, randomBytes: random = randomBytes }: LocalLogOptions): {
    origin: string;
    key: Ed25519Key;
  } {
    if (!hasTables(this.#db)) {
      if (create !== true || origin === undefined) {
        throw fail('LOG_NOT_FOUND', 'the file holds no log', { place: { file: this.#file } });
      }
      return { origin, key: this.#create(origin, random(ED25519_KEY_SIZE)) };
    }
    const stored = this.#store.identity();
    if (stored.format !== LOG_FORMAT || stored.seed.length !== ED25519_KEY_SIZE) {
      throw this.#damaged(`the format is "${stored.format.slice(0, 60)}", expected "${LOG_FORMAT}"`);
    }
    if (origin !== undefined && origin !== stored.origin) {
      throw fail('LOG_ORIGIN_MISMATCH', `the log is ${stored.origin}, not ${origin}`, { place: { file: this.#file } });
    }
    return { origin: stored.origin, key: new Ed25519Key(stored.seed) };
  }

  #create(origin: string, seed: Uint8Array): Ed25519Key {
    const key = new Ed25519Key(seed);
    const root = emptyRoot();
    const note = signNote(formatCheckpoint(origin, 0n, root), [ed25519NoteSigner(origin, key)]);
    createTables(this.#db);
    this.#store.insertIdentity(LOG_FORMAT, origin, seed);
    this.#store.insertCheckpoint({ size: 0, root, note });
    return key;
  }

  /** The newest checkpoint, after making sure that the entries lead to it and that it is ours. */
  #head(): StoredCheckpoint {
    const head = this.#store.latestCheckpoint();
    const count = this.#store.entryCount();
    if (count !== head.size) throw this.#forked(`the checkpoint covers ${head.size} entries, the file holds ${count}`);
    if (!rootAt(head.size, this.#store.node).equals(head.root)) {
      throw this.#forked(`the entries do not lead to the signed root of size ${head.size}`);
    }
    const fault = this.#noteFault(head);
    if (fault !== undefined) throw this.#damaged(fault);
    return head;
  }

  #extend(head: StoredCheckpoint, leaf: Buffer, entry: Uint8Array): StoredCheckpoint {
    const range = rangeAt(head.size, this.#store.node);
    extendRange(range, head.size, leaf, (level, index, hash) => {
      if (level === 0) this.#store.insertEntry(index, hash, entry);
      else this.#store.insertNode(level, index, hash);
    });
    const size = head.size + 1;
    const root = rootOfRange(range);
    const note = signNote(formatCheckpoint(this.origin, BigInt(size), root), [this.#signer]);
    const next = { size, root, note };
    this.#store.insertCheckpoint(next);
    return next;
  }

  /** A proof is verified before it leaves: what a damaged file would prove is an error here and not at the auditor's. */
  #proof(index: number, head: StoredCheckpoint): LoggedEntry {
    const hashes = inclusionProof(index, head.size, this.#store.node);
    const verdict = verifyInclusion({
      index: BigInt(index),
      size: BigInt(head.size),
      leafHash: leafHash(this.#store.body(index)),
      root: head.root,
      proof: hashes,
    });
    if (!verdict.ok) throw this.#damaged(`entry ${index}: ${verdict.detail}`);
    return { logIndex: index, treeSize: head.size, rootHash: head.root, hashes, checkpoint: head.note };
  }

  #checkpointFault(size: number, root: Buffer): string | undefined {
    const stored = this.#store.checkpointAt(size);
    return stored.root.equals(root) ? this.#noteFault(stored) : `another root was signed for size ${size}`;
  }

  #noteFault({ size, root, note }: StoredCheckpoint): string | undefined {
    const opened = openCheckpoint(note, this.#verifier, { strict: true });
    if (!opened.ok) return `the checkpoint of size ${size}: ${opened.detail}`;
    const { checkpoint } = opened;
    const fits = checkpoint.origin === this.origin && checkpoint.size === BigInt(size) && checkpoint.root.equals(root);
    return fits ? undefined : `the checkpoint stored for size ${size} is for another tree`;
  }

  #transaction<T>(mode: 'IMMEDIATE' | 'DEFERRED', work: () => T): T {
    return guarded(this.#file, () => {
      this.#db.exec(`BEGIN ${mode}`);
      try {
        const result = work();
        this.#db.exec('COMMIT');
        return result;
      } catch (error) {
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #damaged(detail: string) {
    return fail('LOG_DAMAGED', detail, { place: { file: this.#file } });
  }

  #forked(detail: string) {
    return fail('LOG_FORKED', detail, { place: { file: this.#file } });
  }
}
