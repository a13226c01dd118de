import { existsSync } from 'node:fs';
import {
  ed25519NoteSigner,
  ed25519NoteVerifier,
  Ed25519Key,
  emptyRoot,
  formatCheckpoint,
  logIdOf,
  type NoteSigner,
  type NoteVerifier,
  signNote,
  spkiOfRaw,
} from '@stella-ops/engine-tlog';
import type { Database } from '@stella-ops/platform/database';
import { type MasterKey, openMasterKey, type Randomness, type SystemClock } from '@stella-ops/platform/runtime';
import { fail } from '../errors.ts';
import { findLog, insertLog, lockLog, type LogRow } from '../store/log-identity.ts';
import { insertCheckpoint } from '../store/log-state.ts';

/** Who the log is, for those who read it. */
export interface LogIdentity {
  readonly origin: string;
  /** SPKI DER. */
  readonly publicKey: Buffer;
  /** 32 bytes, the `logId.keyId` of Sigstore bundles. */
  readonly logId: Buffer;
  readonly verifier: NoteVerifier;
}

interface Parts {
  readonly database: Database;
  readonly origin: string;
  readonly masterKeyFile: string;
  readonly randomness: Randomness;
  readonly clock: SystemClock;
}

const SEED_SIZE = 32;
const sealContext = (origin: string): string => `attestor:log:${origin}`;

/**
 * The name and key of the installation's log. The log is made when it is first asked for. Reading needs the public key
 * only; without the master key reads go on and appends are refused.
 */
export class LogKeeper {
  readonly #parts: Parts;
  #row: Promise<LogRow> | undefined;
  #signer: Promise<NoteSigner> | undefined;
  #identity: LogIdentity | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Not inside a transaction.
   *
   * @throws AppError `LOG_KEY_UNAVAILABLE` when a new log cannot have its key sealed; Error when the log has another origin
   */
  async identity(): Promise<LogIdentity> {
    if (this.#identity !== undefined) return this.#identity;
    const { origin, public_key: raw } = await this.#load();
    this.#identity = {
      origin,
      publicKey: spkiOfRaw(raw),
      logId: logIdOf(origin, raw),
      verifier: ed25519NoteVerifier(origin, raw),
    };
    return this.#identity;
  }

  /** Not inside a transaction. @throws AppError `LOG_KEY_UNAVAILABLE` */
  signer(): Promise<NoteSigner> {
    this.#signer ??= remembered(this.#open(), () => (this.#signer = undefined));
    return this.#signer;
  }

  /** @throws Error when the log of this database has another name than the configuration says */
  async checkOrigin(): Promise<void> {
    const row = await this.#parts.database.withRelay(findLog, { isReadOnly: true });
    if (row !== undefined) this.#assertOrigin(row);
  }

  #load(): Promise<LogRow> {
    this.#row ??= remembered(this.#findOrCreate(), () => (this.#row = undefined));
    return this.#row;
  }

  async #findOrCreate(): Promise<LogRow> {
    const { database } = this.#parts;
    const found = await database.withRelay(findLog, { isReadOnly: true });
    if (found !== undefined) {
      this.#assertOrigin(found);
      return found;
    }
    return this.#create(this.#masterKey());
  }

  /** Of processes that make the log at once one wins, and the others take what it made. */
  async #create(masterKey: MasterKey): Promise<LogRow> {
    const { database, origin, randomness, clock } = this.#parts;
    const seed = randomness.bytes(SEED_SIZE);
    const key = new Ed25519Key(seed);
    const root = emptyRoot();
    const note = signNote(formatCheckpoint(origin, 0n, root), [ed25519NoteSigner(origin, key)]);
    const row: LogRow = { origin, public_key: key.publicRaw, sealed_seed: masterKey.seal(seed, sealContext(origin)) };
    seed.fill(0);
    return database.withRelay(async (tx) => {
      await lockLog(tx);
      const other = await findLog(tx);
      if (other !== undefined) {
        this.#assertOrigin(other);
        return other;
      }
      const now = clock.now();
      await insertLog(tx, { ...row, created_at: now });
      await insertCheckpoint(tx, { size: 0, root, note, signedAt: now });
      return row;
    });
  }

  async #open(): Promise<NoteSigner> {
    const { origin, public_key: raw, sealed_seed: sealed } = await this.#load();
    if (!existsSync(this.#parts.masterKeyFile)) {
      throw fail('LOG_KEY_UNAVAILABLE', `there is a log, and the master key ${this.#parts.masterKeyFile} is not there`);
    }
    const masterKey = this.#masterKey();
    let seed: Buffer;
    try {
      seed = masterKey.open(sealed, sealContext(origin));
    } catch (cause) {
      throw fail('LOG_KEY_UNAVAILABLE', 'the key of the log does not open with this master key', { cause });
    }
    const key = new Ed25519Key(seed);
    seed.fill(0);
    if (!key.publicRaw.equals(raw)) throw fail('LOG_KEY_UNAVAILABLE', 'the stored public key is not that of the log');
    return ed25519NoteSigner(origin, key);
  }

  #masterKey(): MasterKey {
    try {
      return openMasterKey(this.#parts.masterKeyFile, this.#parts.randomness);
    } catch (cause) {
      throw fail('LOG_KEY_UNAVAILABLE', 'the master key cannot be read', { cause });
    }
  }

  #assertOrigin({ origin }: LogRow): void {
    if (origin === this.#parts.origin) return;
    throw new Error(`the log of this database is ${origin}, not ${this.#parts.origin}: an origin never changes`);
  }
}

/** A failure is not kept: the operator puts things right and the next call finds them so. */
function remembered<T>(promise: Promise<T>, forget: () => void): Promise<T> {
  promise.catch(forget);
  return promise;
}
