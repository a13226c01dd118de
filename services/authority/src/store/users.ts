import { sql, type Transaction } from 'kysely';

type Tx = Transaction<unknown>;

export interface UserRow {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly email: string | null;
  readonly roles: readonly string[];
  readonly isActive: boolean;
  readonly lastLoginAt: string | null;
  readonly createdAt: string;
  readonly version: number;
}

const COLUMNS = sql`id, name, display_name as "displayName", email, roles, is_active as "isActive",
  last_login_at as "lastLoginAt", created_at as "createdAt", version`;

export async function listUsers(
  tx: Tx,
  tenantId: string,
  after: string | undefined,
  take: number,
): Promise<readonly UserRow[]> {
  const { rows } = await sql<UserRow>`
    select ${COLUMNS} from authority.user_account
    where tenant_id = ${tenantId} and (${after ?? null}::text is null or name > ${after ?? null}::text)
    order by name limit ${take}`.execute(tx);
  return rows;
}

export async function findUser(tx: Tx, tenantId: string, id: string): Promise<UserRow | undefined> {
  const { rows } = await sql<UserRow>`
    select ${COLUMNS} from authority.user_account where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
  return rows[0];
}

export async function lockUser(tx: Tx, tenantId: string, id: string): Promise<UserRow | undefined> {
  const { rows } = await sql<UserRow>`
    select ${COLUMNS} from authority.user_account where tenant_id = ${tenantId} and id = ${id} for update`.execute(tx);
  return rows[0];
}

/** @returns false when the name is taken */
export async function insertUser(
  tx: Tx,
  tenantId: string,
  user: Pick<UserRow, 'id' | 'name' | 'displayName' | 'email' | 'roles' | 'createdAt'>,
): Promise<boolean> {
  const { rows } = await sql`
    insert into authority.user_account (tenant_id, id, name, display_name, email, roles, created_at)
    values (${tenantId}, ${user.id}, ${user.name}, ${user.displayName}, ${user.email}, ${[...user.roles]}::text[],
            ${user.createdAt})
    on conflict (tenant_id, name) do nothing returning id`.execute(tx);
  return rows.length === 1;
}

export async function updateUser(
  tx: Tx,
  tenantId: string,
  user: Pick<UserRow, 'id' | 'displayName' | 'email' | 'roles' | 'isActive'>,
): Promise<void> {
  await sql`
    update authority.user_account
    set display_name = ${user.displayName}, email = ${user.email}, roles = ${[...user.roles]}::text[],
        is_active = ${user.isActive}, version = version + 1
    where tenant_id = ${tenantId} and id = ${user.id}`.execute(tx);
}

export async function countActiveWithRole(tx: Tx, tenantId: string, role: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from authority.user_account
    where tenant_id = ${tenantId} and is_active and ${role} = any (roles)`.execute(tx);
  return rows[0]?.count ?? 0;
}

export async function setLastLogin(tx: Tx, tenantId: string, id: string, at: string): Promise<void> {
  await sql`
    update authority.user_account set last_login_at = ${at} where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
}

/** In a relay transaction: the tenant of an account, which is all that a session names. */
export async function findTenantOfUser(tx: Tx, userId: string): Promise<string | undefined> {
  const { rows } = await sql<{ tenantId: string }>`
    select tenant_id as "tenantId" from authority.user_account where id = ${userId}`.execute(tx);
  return rows[0]?.tenantId;
}
