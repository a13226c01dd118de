import { sql, type Transaction } from 'kysely';

type Tx = Transaction<unknown>;

export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly displayName: string;
  readonly isOperator: boolean;
  readonly isActive: boolean;
  readonly createdAt: string;
  readonly version: number;
}

const COLUMNS = sql`id, name, display_name as "displayName", is_operator as "isOperator", is_active as "isActive",
  created_at as "createdAt", version`;

/** In a relay transaction: of all tenants. In a tenant's: its own row or none. By name. */
export async function listTenants(tx: Tx, after: string | undefined, take: number): Promise<readonly TenantRow[]> {
  const { rows } = await sql<TenantRow>`
    select ${COLUMNS} from authority.tenant
    where ${after ?? null}::text is null or name > ${after ?? null}::text
    order by name limit ${take}`.execute(tx);
  return rows;
}

export async function findTenant(tx: Tx, id: string): Promise<TenantRow | undefined> {
  const { rows } = await sql<TenantRow>`select ${COLUMNS} from authority.tenant where id = ${id}`.execute(tx);
  return rows[0];
}

export async function findTenantByName(tx: Tx, name: string): Promise<TenantRow | undefined> {
  const { rows } = await sql<TenantRow>`select ${COLUMNS} from authority.tenant where name = ${name}`.execute(tx);
  return rows[0];
}

/** The same, kept from changing until the transaction ends: rules on several users of a tenant stand on it. */
export async function lockTenant(tx: Tx, id: string): Promise<TenantRow | undefined> {
  const { rows } = await sql<TenantRow>`
    select ${COLUMNS} from authority.tenant where id = ${id} for update`.execute(tx);
  return rows[0];
}

/** @returns false when another tenant has the name, or is the operators' one already */
export async function insertTenant(tx: Tx, tenant: Omit<TenantRow, 'version'>): Promise<boolean> {
  const { rows } = await sql`
    insert into authority.tenant (id, name, display_name, is_operator, is_active, created_at)
    values (${tenant.id}, ${tenant.name}, ${tenant.displayName}, ${tenant.isOperator}, ${tenant.isActive},
            ${tenant.createdAt})
    on conflict do nothing returning id`.execute(tx);
  return rows.length === 1;
}

export async function updateTenant(
  tx: Tx,
  id: string,
  change: { readonly displayName: string; readonly isActive: boolean },
): Promise<void> {
  await sql`
    update authority.tenant
    set display_name = ${change.displayName}, is_active = ${change.isActive}, version = version + 1
    where id = ${id}`.execute(tx);
}

/**
 * Goes on in another tenant within a transaction: operators change other tenants in the transaction that records it in
 * their own. Row-level security then holds for that tenant; go back before the transaction ends.
 */
export async function enterTenant(tx: Tx, id: string): Promise<void> {
  await sql`select set_config('app.tenant_id', ${id}, true)`.execute(tx);
}
