import { sql, type Transaction } from 'kysely';

type Tx = Transaction<unknown>;

export interface OAuthClientRow {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly isActive: boolean;
  readonly createdAt: string;
}

const COLUMNS = sql`id, name, scopes, is_active as "isActive", created_at as "createdAt"`;

export async function listOAuthClients(
  tx: Tx,
  tenantId: string,
  after: string | undefined,
  take: number,
): Promise<readonly OAuthClientRow[]> {
  const { rows } = await sql<OAuthClientRow>`
    select ${COLUMNS} from authority.oauth_client
    where tenant_id = ${tenantId} and (${after ?? null}::text is null or name > ${after ?? null}::text)
    order by name limit ${take}`.execute(tx);
  return rows;
}

/** @returns false when the name is taken */
export async function insertOAuthClient(
  tx: Tx,
  tenantId: string,
  client: Omit<OAuthClientRow, 'isActive'> & { readonly secretHash: string },
): Promise<boolean> {
  const { rows } = await sql`
    insert into authority.oauth_client (tenant_id, id, name, scopes, secret_hash, created_at)
    values (${tenantId}, ${client.id}, ${client.name}, ${[...client.scopes]}::text[], ${client.secretHash},
            ${client.createdAt})
    on conflict (tenant_id, name) do nothing returning id`.execute(tx);
  return rows.length === 1;
}

/** @returns the name it had, undefined when there is none */
export async function deleteOAuthClient(tx: Tx, tenantId: string, id: string): Promise<string | undefined> {
  const { rows } = await sql<{ name: string }>`
    delete from authority.oauth_client where tenant_id = ${tenantId} and id = ${id} returning name`.execute(tx);
  return rows[0]?.name;
}

export interface OAuthClientState {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly secretHash: string;
  readonly isActive: boolean;
}

/** In a relay transaction: who asks for a token names no tenant. */
export async function findOAuthClientState(tx: Tx, id: string): Promise<OAuthClientState | undefined> {
  const { rows } = await sql<OAuthClientState>`
    select c.id, c.tenant_id as "tenantId", c.name, c.scopes, c.secret_hash as "secretHash",
           c.is_active and n.is_active as "isActive"
    from authority.oauth_client c join authority.tenant n on n.id = c.tenant_id
    where c.id = ${id}`.execute(tx);
  return rows[0];
}
