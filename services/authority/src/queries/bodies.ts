import type { ApiToken, OAuthClient, Tenant, User } from '@stella-ops/contracts/authority';
import type { ApiTokenRow } from '../store/api-tokens.ts';
import type { OAuthClientRow } from '../store/oauth-clients.ts';
import type { TenantRow } from '../store/tenants.ts';
import type { UserRow } from '../store/users.ts';

/** Rows as the contract shows them. */
export function tenantBody({ id, name, displayName, isActive, createdAt, version }: TenantRow): Tenant {
  return { id, name, displayName, isActive, createdAt, version };
}

export const userBody = (user: UserRow): User => ({ ...user, roles: [...user.roles] });

export const tokenBody = (token: ApiTokenRow): ApiToken => ({ ...token, scopes: [...token.scopes] });

export const clientBody = (client: OAuthClientRow): OAuthClient => ({ ...client, scopes: [...client.scopes] });
