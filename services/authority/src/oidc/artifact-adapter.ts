import { createHash } from 'node:crypto';
import type { Database } from '@stella-ops/platform/database';
import type { MasterKey, SystemClock } from '@stella-ops/platform/runtime';
import { type Adapter, type AdapterPayload, type ClientMetadata, errors } from 'oidc-provider';
import { secondsAfter } from '../domain/times.ts';
import {
  consumeArtifact,
  deleteArtifact,
  deleteArtifactsOfGrant,
  findArtifact,
  putArtifact,
} from '../store/oidc-artifacts.ts';

/** Ids of sessions, codes and refresh tokens open something: the database knows only this of them. */
export function keyOfId(id: string): string {
  return createHash('sha256').update(id).digest('hex');
}

/** Everything the provider keeps has a lifetime; this is for its types. */
const DAY_SECONDS = 86_400;

interface AdapterParts {
  readonly database: Database;
  readonly masterKey: MasterKey;
  readonly clock: SystemClock;
  /** Registered clients: read only here, they are made by routes. */
  readonly findClient: (clientId: string) => Promise<ClientMetadata | undefined>;
  /** A login has ended: whoever remembers who it stood for forgets it. */
  readonly ended: () => void;
}

/** Where the OIDC provider keeps what it must remember, one adapter for each of its models. */
export function artifactAdapter(parts: AdapterParts): (model: string) => Adapter {
  return (model) => (model === 'Client' ? clientAdapter(parts) : storingAdapter(model, parts));
}

function storingAdapter(model: string, { database, masterKey, clock, ended }: AdapterParts): Adapter {
  const contextOf = (key: string): string => `authority:oidc:${model}:${key}`;

  const findBy = async (by: 'id' | 'uid' | 'user_code', value: string): Promise<AdapterPayload | undefined> => {
    const row = await database.withRelay((tx) => findArtifact(tx, model, by, keyOfId(value), clock.now()), {
      isReadOnly: true,
    });
    if (row === undefined) return undefined;
    const payload = JSON.parse(masterKey.open(row.content, contextOf(row.id)).toString()) as AdapterPayload;
    return row.consumedAt === null ? payload : { ...payload, consumed: Date.parse(row.consumedAt) / 1000 };
  };

  return {
    async upsert(id, payload, expiresInSeconds) {
      const key = keyOfId(id);
      const { accountId, grantId, uid, userCode } = payload;
      const row = {
        model,
        id: key,
        accountId,
        grantId: grantId === undefined ? undefined : keyOfId(grantId),
        uid: uid === undefined ? undefined : keyOfId(uid),
        userCode: userCode === undefined ? undefined : keyOfId(userCode),
        content: masterKey.seal(Buffer.from(JSON.stringify(payload)), contextOf(key)),
        expiresAt: secondsAfter(clock.now(), expiresInSeconds ?? DAY_SECONDS),
      };
      await database.withRelay((tx) => putArtifact(tx, row));
    },
    find: (id) => findBy('id', id),
    findByUid: (uid) => findBy('uid', uid),
    findByUserCode: (userCode) => findBy('user_code', userCode),
    async consume(id) {
      const isFirst = await database.withRelay((tx) => consumeArtifact(tx, model, keyOfId(id), clock.now()));
      // Two requests read the same code or refresh token before either consumed it: only the first gets tokens.
      if (!isFirst) throw new errors.InvalidGrant('it was used already');
    },
    async destroy(id) {
      await database.withRelay((tx) => deleteArtifact(tx, model, keyOfId(id)));
      if (model === 'Grant') ended();
    },
    revokeByGrantId: (grantId) => database.withRelay((tx) => deleteArtifactsOfGrant(tx, model, keyOfId(grantId))),
  };
}

function clientAdapter({ findClient }: AdapterParts): Adapter {
  const readOnly = (): Promise<never> => Promise.reject(new Error('clients are registered through the API'));
  return {
    find: (clientId) => findClient(clientId),
    findByUid: () => Promise.resolve(undefined),
    findByUserCode: () => Promise.resolve(undefined),
    upsert: readOnly,
    consume: readOnly,
    destroy: readOnly,
    revokeByGrantId: readOnly,
  };
}
