import { existsSync } from 'node:fs';
import { type MasterKey, openMasterKey, type Randomness } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { fail } from '../errors.ts';
import { anyKeyExists } from '../store/signing-keys.ts';

/** The installation's master key, read once it is there. */
export class MasterKeyFile {
  readonly #path: string;
  readonly #randomness: Randomness;
  readonly #database: ServiceHost['database'];
  #opened: Promise<MasterKey> | undefined;

  constructor(path: string, randomness: Randomness, database: ServiceHost['database']) {
    this.#path = path;
    this.#randomness = randomness;
    this.#database = database;
  }

  /** @throws AppError `KEY_UNAVAILABLE` when it is not there although keys are, or cannot be read */
  open(): Promise<MasterKey> {
    if (this.#opened === undefined) {
      const opening = this.#read();
      this.#opened = opening;
      opening.catch(() => (this.#opened = undefined));
    }
    return this.#opened;
  }

  /** A new master key is made only where nothing is sealed: else a lost file would be papered over by a wrong one. */
  async #read(): Promise<MasterKey> {
    const path = this.#path;
    if (!existsSync(path) && (await this.#database.withRelay(anyKeyExists, { isReadOnly: true }))) {
      throw fail('KEY_UNAVAILABLE', `there are signing keys, and the master key ${path} is not there`);
    }
    try {
      return openMasterKey(path, this.#randomness);
    } catch (cause) {
      throw fail('KEY_UNAVAILABLE', 'the master key cannot be read', { cause });
    }
  }
}
