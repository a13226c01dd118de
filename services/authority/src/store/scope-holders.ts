import { sql, type Transaction } from 'kysely';

/**
 * Those of some users who are active in an active tenant, with their roles.
 *
 * @param ids UUIDs; of users of other tenants and of nobody, no row comes
 */
export async function activeUsers(
  tx: Transaction<unknown>,
  tenantId: string,
  ids: readonly string[],
): Promise<readonly { readonly id: string; readonly roles: readonly string[] }[]> {
  const { rows } = await sql<{ id: string; roles: readonly string[] }>`
    select u.id, u.roles
    from authority.user_account u join authority.tenant n on n.id = u.tenant_id
    where u.tenant_id = ${tenantId} and u.id = any(${[...ids]}::uuid[]) and u.is_active and n.is_active
    order by u.id`.execute(tx);
  return rows;
}
