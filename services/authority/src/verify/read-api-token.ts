import type { Database } from '@stella-ops/platform/database';
import type { SystemClock } from '@stella-ops/platform/runtime';
import { scopesOfRoles } from '../domain/roles.ts';
import { isSecretOf, parseApiToken } from '../domain/secrets.ts';
import { secondsAfter } from '../domain/times.ts';
import { findApiTokenState, touchApiToken } from '../store/api-tokens.ts';
import { intersection, scopesIn, type TokenReader } from './verifier.ts';

const TOUCH_SECONDS = 60;

/**
 * API tokens are looked up with every request, so that revoking one ends it at once in every process. Whoever holds one
 * is its owner, with those of the owner's present scopes that the token names.
 */
export function apiTokenReader(database: Database, clock: SystemClock): TokenReader {
  return async (text) => {
    const given = parseApiToken(text);
    if (given === undefined) return undefined;
    const state = await database.withRelay((tx) => findApiTokenState(tx, given.id), { isReadOnly: true });
    const now = clock.now();
    if (state === undefined || !isSecretOf(state.secretHash, given.secret)) return undefined;
    if (state.isRevoked || !state.isOwnerActive || state.expiresAt <= now) return undefined;
    if (state.lastUsedAt === null || state.lastUsedAt <= secondsAfter(now, -TOUCH_SECONDS)) {
      await database.withTenant(state.tenantId, (tx) => touchApiToken(tx, state.tenantId, given.id, now));
    }
    return {
      kind: 'user',
      id: state.ownerId,
      name: state.ownerName,
      tenantId: state.tenantId,
      scopes: intersection(scopesIn(state.scopes), scopesOfRoles(state.ownerRoles)),
    };
  };
}
