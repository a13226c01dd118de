import { generateKey, type KeySigner } from '@stella-ops/engine-envelope';
import type { IdSource, MasterKey, Randomness, SystemClock } from '@stella-ops/platform/runtime';
import { type GroupCommit, groupCommit, type ServiceHost } from '@stella-ops/platform/service';
import {
  findActiveIds,
  findSealedKey,
  insertActiveKey,
  type NewKey,
  type SealedKeyRow,
} from '../store/signing-keys.ts';
import { MasterKeyFile } from './master-key-file.ts';
import { openKey, sealContext } from './open-key.ts';

interface Parts {
  readonly host: Pick<ServiceHost, 'database' | 'audit'>;
  readonly masterKeyFile: string;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly randomness: Randomness;
}

interface OpenKey {
  readonly id: string;
  /** Undefined when the key was retired before it could be opened. */
  readonly signer: Promise<KeySigner | undefined>;
}

/** Opened keys in memory: opening one again for each signature would cost more than signing. */
const MAX_OPEN_KEYS = 10_000;
const MOST_AT_ONCE = 1000;

/** The signing keys of all tenants, opened. A tenant's first signature makes its key. */
export class KeyRing {
  readonly #parts: Parts;
  readonly #masterKey: MasterKeyFile;
  readonly #open = new Map<string, OpenKey>();
  readonly #making = new Map<string, Promise<void>>();
  /**
   * Who asks while an answer is on its way waits for the next one: an answer must not be older than its question. One read
   * for all tenants, or a crowd would pay for as many transactions as it has tenants.
   */
  readonly #activeIds: GroupCommit<string, string | undefined>;
  /** Ids of active keys, where no other process can change them: the embedded database lets one process in. */
  readonly #remembered: Map<string, string> | undefined;
  /** Grows with each rotation: what was read before one is not remembered. */
  #rotations = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#remembered = parts.host.database.engine === 'embedded' ? new Map() : undefined;
    this.#masterKey = new MasterKeyFile(parts.masterKeyFile, parts.randomness, parts.host.database);
    this.#activeIds = groupCommit(MOST_AT_ONCE, async (tenantIds) => {
      const ids = await parts.host.database.withRelay((tx) => findActiveIds(tx, [...new Set(tenantIds)]), {
        isReadOnly: true,
      });
      return tenantIds.map((tenantId) => ids.get(tenantId));
    });
  }

  /**
   * The key that was active at some moment after the call: a signature that is asked for when a rotation has been answered
   * is by the new key, in whichever process. Not inside a transaction.
   *
   * @throws AppError `KEY_UNAVAILABLE` when the master key is not there or not the one that sealed the key
   */
  async activeKey(tenantId: string): Promise<KeySigner> {
    for (;;) {
      const id = this.#remembered?.get(tenantId) ?? (await this.#readActiveId(tenantId));
      if (id === undefined) {
        await this.#makeFirst(tenantId);
        continue;
      }
      // Undefined: it was replaced a moment ago, so another one is there.
      const signer = await this.#opened(tenantId, id);
      if (signer !== undefined) return signer;
      this.#remembered?.delete(tenantId);
    }
  }

  /** Another key may be active from now on: call it before a rotation is answered. */
  forgetActive(tenantId: string): void {
    this.#rotations += 1;
    this.#remembered?.delete(tenantId);
  }

  async #readActiveId(tenantId: string): Promise<string | undefined> {
    const before = this.#rotations;
    const id = await this.#activeIds.add(tenantId);
    const remembered = this.#remembered;
    if (id !== undefined && remembered !== undefined && before === this.#rotations) {
      if (remembered.size >= MAX_OPEN_KEYS) remembered.delete(remembered.keys().next().value ?? '');
      remembered.set(tenantId, id);
    }
    return id;
  }

  /**
   * A key of the tenant that is sealed and not stored yet. Not inside a transaction.
   *
   * @throws AppError `KEY_UNAVAILABLE`
   */
  async newKey(tenantId: string): Promise<NewKey> {
    const masterKey = await this.#masterKey.open();
    const id = this.#parts.ids.uuid();
    const key = generateKey('p256');
    const sealed = masterKey.seal(key.exportPkcs8(), sealContext(tenantId, id));
    return {
      tenantId,
      id,
      hint: key.keyHint,
      algorithm: 'ecdsa-p256',
      public_key: key.publicKey,
      sealed_private_key: sealed,
    };
  }

  #opened(tenantId: string, id: string): Promise<KeySigner | undefined> {
    const known = this.#open.get(tenantId);
    if (known?.id === id) return known.signer;
    const opening = { id, signer: this.#load(tenantId, id) };
    if (this.#open.size >= MAX_OPEN_KEYS) this.#open.delete(this.#open.keys().next().value ?? '');
    this.#open.set(tenantId, opening);
    const forget = (): void => {
      if (this.#open.get(tenantId) === opening) this.#open.delete(tenantId);
    };
    // A failure is not kept: the operator puts the right file in place and signing goes on.
    opening.signer.then((signer) => signer ?? forget(), forget);
    return opening.signer;
  }

  async #load(tenantId: string, id: string): Promise<KeySigner | undefined> {
    const masterKey: MasterKey = await this.#masterKey.open();
    const row: SealedKeyRow | undefined = await this.#parts.host.database.withTenant(
      tenantId,
      (tx) => findSealedKey(tx, tenantId, id),
      { isReadOnly: true },
    );
    return row === undefined ? undefined : openKey(row, tenantId, masterKey);
  }

  #makeFirst(tenantId: string): Promise<void> {
    const known = this.#making.get(tenantId);
    if (known !== undefined) return known;
    const making = this.#storeFirst(tenantId).finally(() => this.#making.delete(tenantId));
    this.#making.set(tenantId, making);
    return making;
  }

  /** Where another process was first its key stays, and this one is dropped. */
  async #storeFirst(tenantId: string): Promise<void> {
    const { host, clock } = this.#parts;
    const key = await this.newKey(tenantId);
    await host.database.withTenant(tenantId, async (tx) => {
      const { id, hint, algorithm } = key;
      if ((await insertActiveKey(tx, key, clock.now())) === undefined) return;
      await host.audit(tx, {
        tenantId,
        service: 'signer',
        action: 'signer.create-key',
        target: { type: 'signing-key', id },
        details: { keyHint: hint, algorithm },
      });
    });
  }
}
