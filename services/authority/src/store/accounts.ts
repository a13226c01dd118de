import { sql, type Transaction } from 'kysely';

/** Who a token stands for, as of now. */
export interface AccountRow {
  readonly name: string;
  readonly displayName: string;
  readonly roles: readonly string[];
  readonly isActive: boolean;
  readonly hasGrant: boolean;
}

/**
 * A user with tenant and login: an access token is as good as the grant it was issued under, and ends with it.
 *
 * @param grantKey key of the grant among the provider's artifacts; undefined when no login is to be looked for
 */
export async function findAccount(
  tx: Transaction<unknown>,
  tenantId: string,
  userId: string,
  grantKey: string | undefined,
  now: string,
): Promise<AccountRow | undefined> {
  const { rows } = await sql<AccountRow>`
    select u.name, u.display_name as "displayName", u.roles, u.is_active and n.is_active as "isActive",
           exists (select from authority.oidc_artifact a
                   where a.model = 'Grant' and a.id = ${grantKey ?? ''} and a.tenant_id = u.tenant_id
                     and a.account_id = u.id and a.expires_at > ${now}) as "hasGrant"
    from authority.user_account u join authority.tenant n on n.id = u.tenant_id
    where u.tenant_id = ${tenantId} and u.id = ${userId}`.execute(tx);
  return rows[0];
}
