import { sql, type Transaction } from 'kysely';

type Tx = Transaction<unknown>;

export interface ApiTokenRow {
  readonly id: string;
  readonly name: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly scopes: readonly string[];
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly isRevoked: boolean;
}

const COLUMNS = sql`t.id, t.name, t.owner_id as "ownerId", u.name as "ownerName", t.scopes,
  t.created_at as "createdAt", t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt", t.is_revoked as "isRevoked"`;
const FROM = sql`authority.api_token t join authority.user_account u on u.tenant_id = t.tenant_id and u.id = t.owner_id`;

/** Newest first; of one owner, or of the whole tenant. */
export async function listApiTokens(
  tx: Tx,
  tenantId: string,
  ownerId: string | undefined,
  after: string | undefined,
  take: number,
): Promise<readonly ApiTokenRow[]> {
  const ofOwner = ownerId === undefined ? sql`true` : sql`t.owner_id = ${ownerId}`;
  const afterKey = after === undefined ? sql`true` : sql`t.id < ${after}`;
  const { rows } = await sql<ApiTokenRow>`
    select ${COLUMNS} from ${FROM}
    where t.tenant_id = ${tenantId} and ${ofOwner} and ${afterKey} order by t.id desc limit ${take}`.execute(tx);
  return rows;
}

export async function findApiToken(tx: Tx, tenantId: string, id: string): Promise<ApiTokenRow | undefined> {
  const { rows } = await sql<ApiTokenRow>`
    select ${COLUMNS} from ${FROM} where t.tenant_id = ${tenantId} and t.id = ${id}`.execute(tx);
  return rows[0];
}

export async function insertApiToken(
  tx: Tx,
  tenantId: string,
  token: Pick<ApiTokenRow, 'id' | 'name' | 'ownerId' | 'scopes' | 'createdAt' | 'expiresAt'> & {
    readonly secretHash: string;
  },
): Promise<void> {
  await sql`
    insert into authority.api_token (tenant_id, id, owner_id, name, scopes, secret_hash, created_at, expires_at)
    values (${tenantId}, ${token.id}, ${token.ownerId}, ${token.name}, ${[...token.scopes]}::text[], ${token.secretHash},
            ${token.createdAt}, ${token.expiresAt})`.execute(tx);
}

export async function revokeApiToken(tx: Tx, tenantId: string, id: string): Promise<void> {
  await sql`
    update authority.api_token set is_revoked = true where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
}

/** What decides whether a token is good, in one row. */
export interface ApiTokenState {
  readonly tenantId: string;
  readonly secretHash: string;
  readonly scopes: readonly string[];
  readonly expiresAt: string;
  readonly lastUsedAt: string | null;
  readonly isRevoked: boolean;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly ownerRoles: readonly string[];
  readonly isOwnerActive: boolean;
}

/** In a relay transaction: a token names no tenant. */
export async function findApiTokenState(tx: Tx, id: string): Promise<ApiTokenState | undefined> {
  const { rows } = await sql<ApiTokenState>`
    select t.tenant_id as "tenantId", t.secret_hash as "secretHash", t.scopes, t.expires_at as "expiresAt",
           t.last_used_at as "lastUsedAt", t.is_revoked as "isRevoked", u.id as "ownerId", u.name as "ownerName",
           u.roles as "ownerRoles", u.is_active and n.is_active as "isOwnerActive"
    from ${FROM} join authority.tenant n on n.id = t.tenant_id
    where t.id = ${id}`.execute(tx);
  return rows[0];
}

export async function touchApiToken(tx: Tx, tenantId: string, id: string, at: string): Promise<void> {
  await sql`
    update authority.api_token set last_used_at = ${at} where tenant_id = ${tenantId} and id = ${id}`.execute(tx);
}
