import type { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import type { Handler } from '@stella-ops/platform/http';
import { givenScopes } from '../domain/giving.ts';
import { apiTokenText, hashOfSecret, newSecret } from '../domain/secrets.ts';
import { secondsAfter } from '../domain/times.ts';
import { fail, unknown } from '../errors.ts';
import type { Parts } from '../parts.ts';
import { tokenBody } from '../queries/bodies.ts';
import { findApiToken, insertApiToken, revokeApiToken } from '../store/api-tokens.ts';

const LONGEST_SECONDS = 366 * 86_400;

/** Of the caller, who must be a person: programs have a client's secret. */
export function createToken({ host, ids, randomness, clock }: Parts): Handler<typeof AUTHORITY_ROUTES.createToken> {
  return async ({ body }, context) => {
    const { caller } = context;
    if (caller.kind !== 'user') throw fail('ROLE_TOO_WIDE', 'only people have API tokens');
    const scopes = givenScopes(caller, body.scopes);
    const now = clock.now();
    if (!(body.expiresAt > now) || body.expiresAt > secondsAfter(now, LONGEST_SECONDS) || !isTime(body.expiresAt))
      throw fail('REQUEST_INVALID', 'expiresAt lies in the future, at most a year from now');
    const secret = newSecret(randomness);
    return host.change(context, async (tx, change) => {
      const token = {
        id: ids.uuid(),
        name: body.name,
        ownerId: caller.id,
        scopes,
        createdAt: change.at,
        expiresAt: body.expiresAt,
      };
      await insertApiToken(tx, caller.tenantId, { ...token, secretHash: hashOfSecret(secret) });
      change.audit(
        { type: 'token', id: token.id },
        { name: body.name, scopes: [...scopes], expiresAt: body.expiresAt },
      );
      const row = { ...token, ownerName: caller.name, lastUsedAt: null, isRevoked: false };
      return { status: 201, body: { token: tokenBody(row), secret: apiTokenText(token.id, secret) } };
    });
  };
}

/** The shape of a time was checked; 31 February has it too. */
const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text;

/** Own ones; administrators revoke those of others too. */
export function revokeToken({ host }: Parts): Handler<typeof AUTHORITY_ROUTES.revokeToken> {
  return ({ params }, context) =>
    host.change(context, async (tx, change) => {
      const { caller } = context;
      const token = await findApiToken(tx, caller.tenantId, params.tokenId);
      if (token === undefined || (token.ownerId !== caller.id && !caller.scopes.has('user.write')))
        throw unknown('token', params.tokenId);
      await revokeApiToken(tx, caller.tenantId, token.id);
      change.audit({ type: 'token', id: token.id }, { name: token.name, owner: token.ownerName });
      return { status: 204, body: undefined };
    });
}
