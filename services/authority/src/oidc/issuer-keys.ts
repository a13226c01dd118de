import { createHash, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Database } from '@stella-ops/platform/database';
import { type MasterKey, openMasterKey, type Randomness, type SystemClock } from '@stella-ops/platform/runtime';
import type { JWK } from 'jose';
import { fail } from '../errors.ts';
import { secondsAfter } from '../domain/times.ts';
import {
  addIssuerSecret,
  deleteIssuerSecrets,
  type IssuerSecretRow,
  listIssuerSecrets,
} from '../store/issuer-secrets.ts';

export interface IssuerKeys {
  readonly masterKey: MasterKey;
  /** Private keys, the one to sign with first. Another array when they change. */
  readonly signing: readonly JWK[];
  readonly cookieKey: string;
  /** The public key of a token; asks the database when it is a new one, as another process may have made it. */
  find(kid: string | undefined): Promise<KeyObject | undefined>;
  /** Makes a key when the newest is too old, forgets those that nothing can be signed with any more. */
  refresh(): Promise<void>;
}

interface KeyParts {
  readonly database: Database;
  readonly clock: SystemClock;
  readonly randomness: Randomness;
  readonly masterKeyFile: string;
  readonly signingKeyDays: number;
}

const DAY_SECONDS = 86_400;
/** The old key stays published while tokens signed with it can be alive: they live 5 minutes, cached key sets longer. */
const OVERLAP_SECONDS = DAY_SECONDS;
/** Unknown key ids cost a query at most this often: anybody can send one. */
const LOOK_AGAIN_MS = 5000;

/**
 * Opens the issuer's keys and makes the first ones.
 *
 * @throws AppError `ISSUER_KEYS_LOST` when there are keys, and not the master key that sealed them
 */
export async function openIssuerKeys(parts: KeyParts): Promise<IssuerKeys> {
  const { database, clock, randomness, masterKeyFile, signingKeyDays } = parts;
  const read = () => database.withRelay(listIssuerSecrets, { isReadOnly: true });
  // A new master key beside old secrets would only hide that the true one is lost.
  if (!existsSync(masterKeyFile) && (await read()).length > 0)
    throw fail('ISSUER_KEYS_LOST', `there are keys of the issuer, and the master key ${masterKeyFile} is not there`);
  const masterKey = openMasterKey(masterKeyFile, randomness);

  let signing: readonly JWK[] = [];
  let publicKeys: ReadonlyMap<string, KeyObject> = new Map();
  let cookieKey = '';
  let readMs = 0;

  const load = (rows: readonly IssuerSecretRow[]): void => {
    readMs = clock.monotonicMs();
    const keys = rows.filter(({ kind }) => kind === 'signing-key');
    const cookie = rows.find(({ kind }) => kind === 'cookie-key');
    if (cookie !== undefined && cookieKey === '') cookieKey = open(masterKey, cookie).toString('base64url');
    if (keys.map(({ id }) => id).join() === signing.map(({ kid }) => kid).join()) return;
    signing = keys.map((row) => JSON.parse(open(masterKey, row).toString()) as JWK);
    publicKeys = new Map(
      keys.map(({ id, publicJwk }) => [id, createPublicKey({ key: { ...publicJwk }, format: 'jwk' })]),
    );
  };

  const refresh = async (): Promise<void> => {
    const now = clock.now();
    const tooOld = secondsAfter(now, -signingKeyDays * DAY_SECONDS);
    let rows = await read();
    const missing = [
      ...(rows.some(({ kind, createdAt }) => kind === 'signing-key' && createdAt > tooOld)
        ? []
        : [{ row: newSigningKey(masterKey, now), notAfter: tooOld }]),
      ...(rows.some(({ kind }) => kind === 'cookie-key')
        ? []
        : [{ row: newCookieKey(masterKey, randomness, now), notAfter: '-infinity' }]),
    ];
    for (const { row, notAfter } of missing) await database.withRelay((tx) => addIssuerSecret(tx, row, notAfter));
    if (missing.length > 0) rows = await read();
    const [newest, ...older] = rows.filter(({ kind }) => kind === 'signing-key');
    if (newest !== undefined && older.length > 0 && newest.createdAt <= secondsAfter(now, -OVERLAP_SECONDS)) {
      const ids = older.map(({ id }) => id);
      await database.withRelay((tx) => deleteIssuerSecrets(tx, ids));
      rows = rows.filter(({ id }) => !ids.includes(id));
    }
    load(rows);
  };

  await refresh();
  return {
    masterKey,
    get signing() {
      return signing;
    },
    get cookieKey() {
      return cookieKey;
    },
    async find(kid = '') {
      const known = publicKeys.get(kid);
      if (known !== undefined || clock.monotonicMs() - readMs < LOOK_AGAIN_MS) return known;
      load(await read());
      return publicKeys.get(kid);
    },
    refresh,
  };
}

const contextOf = ({ kind, id }: Pick<IssuerSecretRow, 'kind' | 'id'>): string => `authority:${kind}:${id}`;

function open(masterKey: MasterKey, row: IssuerSecretRow): Buffer {
  try {
    return masterKey.open(row.sealed, contextOf(row));
  } catch (cause) {
    throw fail('ISSUER_KEYS_LOST', 'the keys of the issuer do not open with this master key', { cause });
  }
}

function newSigningKey(masterKey: MasterKey, createdAt: string): IssuerSecretRow {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { d, x, y } = privateKey.export({ format: 'jwk' });
  const key = { crv: 'P-256', kty: 'EC', x: x ?? '', y: y ?? '' };
  // RFC 7638: the members in this order.
  const id = createHash('sha256').update(JSON.stringify(key)).digest('base64url');
  const publicJwk = { ...key, kid: id, alg: 'ES256', use: 'sig' };
  const secret = Buffer.from(JSON.stringify({ ...publicJwk, d }));
  const sealed = masterKey.seal(secret, contextOf({ kind: 'signing-key', id }));
  return { id, kind: 'signing-key', sealed, publicJwk, createdAt };
}

function newCookieKey(masterKey: MasterKey, randomness: Randomness, createdAt: string): IssuerSecretRow {
  const row = { id: 'cookie-key', kind: 'cookie-key' as const };
  return { ...row, sealed: masterKey.seal(randomness.bytes(32), contextOf(row)), publicJwk: null, createdAt };
}
