import type { Scope } from '@stella-ops/contracts';
import type { Database } from '@stella-ops/platform/database';
import type { SystemClock } from '@stella-ops/platform/runtime';
import { scopesOfRoles } from '../domain/roles.ts';
import { findAccount } from '../store/accounts.ts';
import { findOAuthClientState, type OAuthClientState } from '../store/oauth-clients.ts';

/** An active user of an active tenant. */
export interface Account {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly displayName: string;
  readonly roles: readonly string[];
  /** What the roles grant. */
  readonly scopes: ReadonlySet<Scope>;
}

/** Who tokens stand for, as of now or a few seconds ago: asked for with each request. */
export interface Accounts {
  /** @param grantKey also ask whether this login has not ended */
  user(tenantId: string, userId: string, grantKey?: string): Promise<Account | undefined>;
  client(clientId: string): Promise<OAuthClientState | undefined>;
  /** Somebody was changed in this process: other processes see it when their answer is too old. */
  forget(): void;
}

/** Changes that other processes made are seen after this long. */
export const ACCOUNT_AGE_MS = 5000;
const MAX_KEPT = 10_000;

export function openAccounts(database: Database, clock: SystemClock): Accounts {
  const kept = new Map<string, { readonly value: Promise<unknown>; readonly atMs: number }>();

  /** Callers that come together share one question. */
  const remembered = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = kept.get(key);
    if (known !== undefined && clock.monotonicMs() - known.atMs < ACCOUNT_AGE_MS) return known.value as Promise<T>;
    const value = ask();
    kept.delete(key);
    kept.set(key, { value, atMs: clock.monotonicMs() });
    if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value ?? '');
    // A question that failed is asked again.
    value.catch(() => kept.get(key)?.value === value && kept.delete(key));
    return value;
  };

  return {
    user: (tenantId, userId, grantKey) =>
      remembered(`user ${tenantId} ${userId} ${grantKey ?? ''}`, async () => {
        const row = await database.withTenant(
          tenantId,
          (tx) => findAccount(tx, tenantId, userId, grantKey, clock.now()),
          { isReadOnly: true },
        );
        if (row?.isActive !== true || (grantKey !== undefined && !row.hasGrant)) return undefined;
        const { name, displayName, roles } = row;
        return { id: userId, tenantId, name, displayName, roles, scopes: scopesOfRoles(roles) };
      }),
    client: (clientId) =>
      remembered(`client ${clientId}`, async () => {
        const row = await database.withRelay((tx) => findOAuthClientState(tx, clientId), { isReadOnly: true });
        return row?.isActive === true ? row : undefined;
      }),
    forget: () => kept.clear(),
  };
}
