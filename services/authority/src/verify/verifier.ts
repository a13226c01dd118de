import { parseScope, type Principal, type Scope } from '@stella-ops/contracts';
import type { Timestamp } from '@stella-ops/engine-kernel';
import type { Credentials, Verified, Verifier } from '@stella-ops/platform/http';
import { fail } from '../errors.ts';
import { API_TOKEN_PREFIX } from '../domain/secrets.ts';
import type { Accounts } from './accounts.ts';

/** One way to show who calls: `undefined` when the text does not. `receivedAt`: when it was shown, now unless told. */
export type TokenReader = (token: string, receivedAt?: Timestamp) => Promise<Principal | undefined>;

export interface VerifierParts {
  readonly accounts: Accounts;
  readonly readAccessToken: TokenReader;
  readonly readApiToken: TokenReader;
  readonly refused: (kind: 'access-token' | 'api-token' | 'local') => void;
}

const BEARER = /^Bearer +([A-Za-z0-9._~+/=-]{1,8192})$/i;

/**
 * Who calls: the bearer of an access token of our own issuer, or of an API token; inside the process, services. Never
 * says why a token is not good: that would help only who forges one.
 */
export function createVerifier(parts: VerifierParts): Verifier {
  return {
    async verify(credentials): Promise<Verified> {
      if (credentials.kind === 'local') return verifyLocal(credentials.principal, parts);
      const header = authorization(credentials);
      if (header === undefined)
        return { ok: false, error: fail('AUTH_REQUIRED', 'the request does not say who is calling') };
      const token = BEARER.exec(header)?.[1] ?? '';
      const isApiToken = token.startsWith(API_TOKEN_PREFIX);
      const { receivedAt } = credentials;
      const principal = await (isApiToken ? parts.readApiToken(token) : parts.readAccessToken(token, receivedAt));
      if (principal !== undefined) return { ok: true, principal };
      parts.refused(isApiToken ? 'api-token' : 'access-token');
      return invalid();
    },
  };
}

const authorization = (credentials: Credentials & { kind: 'http' }): string | undefined =>
  credentials.header('authorization');

const invalid = (): Verified => ({ ok: false, error: fail('AUTH_INVALID', 'the token is not valid') });

/**
 * Calls within the process: a service is trusted with what it claims, it could read the database as well. Whoever is
 * named as a person or client must be one, and gets no scope beyond what that one has.
 */
async function verifyLocal(principal: Principal, { accounts, refused }: VerifierParts): Promise<Verified> {
  if (principal.kind === 'service') return { ok: true, principal };
  const own = await scopesOf(principal, accounts);
  if (own === undefined) {
    refused('local');
    return invalid();
  }
  return { ok: true, principal: { ...principal, scopes: intersection(principal.scopes, own) } };
}

async function scopesOf(
  { kind, id, tenantId }: Principal,
  accounts: Accounts,
): Promise<ReadonlySet<Scope> | undefined> {
  if (kind === 'user') return (await accounts.user(tenantId, id))?.scopes;
  if (kind !== 'client') return undefined;
  const client = await accounts.client(id);
  return client?.tenantId === tenantId ? scopesIn(client.scopes) : undefined;
}

/** Scopes of this version; others in a list are left out. */
export function scopesIn(names: Iterable<string>): ReadonlySet<Scope> {
  const scopes = new Set<Scope>();
  for (const name of names) {
    const scope = parseScope(name);
    if (scope !== undefined) scopes.add(scope);
  }
  return scopes;
}

export function intersection(one: Iterable<Scope>, other: ReadonlySet<Scope>): ReadonlySet<Scope> {
  return new Set([...one].filter((scope) => other.has(scope)));
}
