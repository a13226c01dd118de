import { sql, type Transaction } from 'kysely';
import type { PolicyPack } from '@stella-ops/contracts/policy';

const COLUMNS = sql`
  digest, name, version, rules, is_active as "isActive", published_by as "publishedBy", published_at as "publishedAt"`;

export async function insertPack<T>(tx: Transaction<T>, tenantId: string, pack: PolicyPack): Promise<void> {
  await sql`
    insert into policy.pack (tenant_id, digest, name, version, rules, is_active, published_by, published_at)
    values (${tenantId}, ${pack.digest}, ${pack.name}, ${pack.version}, ${pack.rules}, ${pack.isActive},
            ${pack.publishedBy}, ${pack.publishedAt})`.execute(tx);
}

export async function findPack<T>(
  tx: Transaction<T>,
  tenantId: string,
  digest: string,
): Promise<PolicyPack | undefined> {
  const { rows } = await sql<PolicyPack>`
    select ${COLUMNS} from policy.pack where tenant_id = ${tenantId} and digest = ${digest}`.execute(tx);
  return rows[0];
}

export async function findPackVersion<T>(
  tx: Transaction<T>,
  tenantId: string,
  name: string,
  version: string,
): Promise<PolicyPack | undefined> {
  const { rows } = await sql<PolicyPack>`
    select ${COLUMNS} from policy.pack
    where tenant_id = ${tenantId} and name = ${name} and version = ${version}`.execute(tx);
  return rows[0];
}

/**
 * The active version of a name; without one, of the name that was published first: a second pack beside it then changes
 * nothing until somebody asks for it.
 */
export async function findActivePack<T>(
  tx: Transaction<T>,
  tenantId: string,
  name: string | undefined,
): Promise<PolicyPack | undefined> {
  const { rows } = await sql<PolicyPack>`
    select ${COLUMNS} from policy.pack pack
    where tenant_id = ${tenantId} and is_active ${name === undefined ? sql`` : sql`and name = ${name}`}
    order by (select min(published_at) from policy.pack first
              where first.tenant_id = pack.tenant_id and first.name = pack.name), name
    limit 1`.execute(tx);
  return rows[0];
}

/** Makes one version the active one of its name. The caller holds the tenant's revision. */
export async function activate<T>(
  tx: Transaction<T>,
  tenantId: string,
  { name, digest }: Pick<PolicyPack, 'name' | 'digest'>,
): Promise<void> {
  await sql`
    update policy.pack set is_active = false
    where tenant_id = ${tenantId} and name = ${name} and is_active and digest <> ${digest}`.execute(tx);
  await sql`update policy.pack set is_active = true where tenant_id = ${tenantId} and digest = ${digest}`.execute(tx);
}

export async function pagePacks<T>(
  tx: Transaction<T>,
  tenantId: string,
  filter: { readonly name?: string | undefined },
  after: readonly [publishedAt: string, digest: string] | undefined,
  take: number,
): Promise<readonly PolicyPack[]> {
  const { rows } = await sql<PolicyPack>`
    select ${COLUMNS} from policy.pack
    where tenant_id = ${tenantId}
      ${filter.name === undefined ? sql`` : sql`and name = ${filter.name}`}
      ${after === undefined ? sql`` : sql`and (published_at, digest) < (${after[0]}::timestamptz, ${after[1]})`}
    order by published_at desc, digest desc limit ${take}`.execute(tx);
  return rows;
}
