import { createPrivateKey } from 'node:crypto';
import { existsSync } from 'node:fs';
import { generateKey, KeySigner } from '@stella-ops/engine-envelope';
import {
  type IdSource,
  type MasterKey,
  openMasterKey,
  type Randomness,
  type SystemClock,
} from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { fail } from '../errors.ts';
import { anyKeyExists, findActiveKey, insertActiveKey, type SealedKeyRow } from '../store/signing-keys.ts';

interface Parts {
  readonly host: Pick<ServiceHost, 'database' | 'audit'>;
  readonly masterKeyFile: string;
  readonly clock: SystemClock;
  readonly ids: IdSource;
  readonly randomness: Randomness;
}

/** Opened keys in memory: opening one costs a transaction, signing with it does not. */
const MAX_OPEN_KEYS = 10_000;

/** The signing keys of all tenants, opened. A tenant's first signature makes its key. */
export class KeyRing {
  readonly #parts: Parts;
  readonly #open = new Map<string, Promise<KeySigner>>();
  #masterKey: Promise<MasterKey> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * Not inside a transaction.
   *
   * @throws AppError `KEY_UNAVAILABLE` when the master key is not there or not the one that sealed the key
   */
  activeKey(tenantId: string): Promise<KeySigner> {
    const known = this.#open.get(tenantId);
    if (known !== undefined) return known;
    const opening = this.#load(tenantId);
    if (this.#open.size >= MAX_OPEN_KEYS) this.#open.delete(this.#open.keys().next().value ?? '');
    this.#open.set(tenantId, opening);
    // A failure is not kept: the operator puts the right file in place and signing goes on.
    opening.catch(() => this.#open.get(tenantId) === opening && this.#open.delete(tenantId));
    return opening;
  }

  async #load(tenantId: string): Promise<KeySigner> {
    const { database } = this.#parts.host;
    const masterKey = await this.#master();
    const find = () => database.withTenant(tenantId, (tx) => findActiveKey(tx, tenantId), { isReadOnly: true });
    const row = (await find()) ?? (await this.#create(tenantId, masterKey)) ?? (await find());
    if (row === undefined) throw new Error('another key was there and is gone');
    return openKey(row, tenantId, masterKey);
  }

  /** @returns the new key; undefined when another process was first */
  async #create(tenantId: string, masterKey: MasterKey): Promise<SealedKeyRow | undefined> {
    const { host, ids, clock } = this.#parts;
    const id = ids.uuid();
    const key = generateKey('p256');
    const row: SealedKeyRow = {
      id,
      hint: key.keyHint,
      sealed_private_key: masterKey.seal(key.exportPkcs8(), sealContext(tenantId, id)),
    };
    return host.database.withTenant(tenantId, async (tx) => {
      const isFirst = await insertActiveKey(tx, {
        ...row,
        tenantId,
        algorithm: 'ecdsa-p256',
        public_key: key.publicKey,
        created_at: clock.now(),
      });
      if (!isFirst) return undefined;
      await host.audit(tx, {
        tenantId,
        service: 'signer',
        action: 'signer.create-key',
        target: { type: 'signing-key', id },
        details: { keyHint: key.keyHint, algorithm: 'ecdsa-p256' },
      });
      return row;
    });
  }

  #master(): Promise<MasterKey> {
    if (this.#masterKey === undefined) {
      const opening = this.#openMaster();
      this.#masterKey = opening;
      opening.catch(() => (this.#masterKey = undefined));
    }
    return this.#masterKey;
  }

  /** A new master key is made only where nothing is sealed: else a lost file would be papered over by a wrong one. */
  async #openMaster(): Promise<MasterKey> {
    const { masterKeyFile, randomness, host } = this.#parts;
    if (!existsSync(masterKeyFile) && (await host.database.withRelay(anyKeyExists, { isReadOnly: true }))) {
      throw fail('KEY_UNAVAILABLE', `there are signing keys, and the master key ${masterKeyFile} is not there`);
    }
    try {
      return openMasterKey(masterKeyFile, randomness);
    } catch (cause) {
      throw fail('KEY_UNAVAILABLE', 'the master key cannot be read', { cause });
    }
  }
}

const sealContext = (tenantId: string, id: string): string => `signer:key:${tenantId}:${id}`;

function openKey({ id, hint, sealed_private_key }: SealedKeyRow, tenantId: string, masterKey: MasterKey): KeySigner {
  let pkcs8: Buffer;
  try {
    pkcs8 = masterKey.open(sealed_private_key, sealContext(tenantId, id));
  } catch (cause) {
    throw fail('KEY_UNAVAILABLE', 'the signing key does not open with this master key', { cause });
  }
  const key = new KeySigner(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  pkcs8.fill(0);
  // The hint stands beside the sealed key and is not sealed itself.
  if (key.keyHint !== hint) throw fail('KEY_UNAVAILABLE', 'the stored public key is not that of the private key');
  return key;
}
