import { sql, type Transaction } from 'kysely';

type Tx = Transaction<unknown>;

/** Who logs in under a name, with the hash of the password. */
export interface LoginRow {
  readonly userId: string;
  readonly isActive: boolean;
  readonly hash: string | null;
}

export async function findLogin(tx: Tx, tenantId: string, userName: string): Promise<LoginRow | undefined> {
  const { rows } = await sql<LoginRow>`
    select u.id as "userId", u.is_active as "isActive", p.hash
    from authority.user_account u
    left join authority.password p on p.tenant_id = u.tenant_id and p.user_id = u.id
    where u.tenant_id = ${tenantId} and u.name = ${userName}`.execute(tx);
  return rows[0];
}

export async function setPassword(tx: Tx, tenantId: string, userId: string, hash: string, at: string): Promise<void> {
  await sql`
    insert into authority.password (tenant_id, user_id, hash, changed_at)
    values (${tenantId}, ${userId}, ${hash}, ${at})
    on conflict (tenant_id, user_id) do update set hash = excluded.hash, changed_at = excluded.changed_at`.execute(tx);
}
