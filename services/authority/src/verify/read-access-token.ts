import { OIDC } from '@stella-ops/contracts/authority';
import type { SystemClock } from '@stella-ops/platform/runtime';
import { Id } from '@stella-ops/contracts';
import { errors, jwtVerify } from 'jose';
import * as z from 'zod';
import type { IssuerKeys } from '../oidc/issuer-keys.ts';
import { keyOfId } from '../oidc/artifact-adapter.ts';
import type { Accounts } from './accounts.ts';
import { intersection, scopesIn, type TokenReader } from './verifier.ts';

/** What our access tokens say beside the standard claims. Tokens bound to a key (`cnf`) are none of ours. */
const Claims = z.object({
  sub: Id,
  tid: Id,
  gid: z.string().optional(),
  scope: z.string().default(''),
  client_id: z.string(),
  cnf: z.undefined().optional(),
});

export interface AccessTokenParts {
  readonly issuer: string;
  readonly keys: IssuerKeys;
  readonly accounts: Accounts;
  readonly clock: SystemClock;
}

/** RFC 9068 access tokens of our own issuer: algorithm, type, issuer and audience are pinned. */
export function accessTokenReader({ issuer, keys, accounts, clock }: AccessTokenParts): TokenReader {
  return async (text, receivedAt = clock.now()) => {
    let payload: unknown;
    try {
      ({ payload } = await jwtVerify(text, async ({ kid }) => (await keys.find(kid)) ?? noKey(), {
        algorithms: ['ES256'],
        typ: 'at+jwt',
        issuer,
        audience: OIDC.audience,
        requiredClaims: ['exp', 'iat', 'sub', 'jti'],
        currentDate: new Date(receivedAt),
      }));
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
    const claims = Claims.safeParse(payload).data;
    if (claims === undefined) return undefined;
    const granted = scopesIn(claims.scope.split(' '));
    // Client credentials: the token's subject is the client itself, and no person is behind it.
    if (claims.sub === claims.client_id) {
      const client = await accounts.client(claims.sub);
      if (client?.tenantId !== claims.tid) return undefined;
      return {
        kind: 'client',
        id: client.id,
        name: client.name,
        tenantId: client.tenantId,
        scopes: intersection(granted, scopesIn(client.scopes)),
      };
    }
    if (claims.gid === undefined) return undefined;
    const user = await accounts.user(claims.tid, claims.sub, keyOfId(claims.gid));
    if (user === undefined) return undefined;
    return {
      kind: 'user',
      id: user.id,
      name: user.name,
      tenantId: user.tenantId,
      scopes: intersection(granted, user.scopes),
    };
  };
}

function noKey(): never {
  throw new errors.JWKSNoMatchingKey();
}
