import { type RawBuilder, sql, type Transaction } from 'kysely';
import type { Digest, Timestamp } from '@stella-ops/engine-kernel';

export interface ImageRow {
  readonly digest: Digest;
  readonly name: string;
  readonly platform: string | null;
  readonly indexDigest: Digest | null;
  readonly configDigest: Digest | null;
  readonly origin: 'scan' | 'sbom';
  readonly inventoryDigest: Digest;
  readonly sbomDigest: Digest | null;
  readonly components: number;
  readonly gaps: number;
  readonly sizeBytes: bigint | null;
  readonly firstSeenAt: Timestamp;
  readonly scannedAt: Timestamp;
}

const COLUMNS = sql`image.digest, image.name, image.platform, image.index_digest as "indexDigest",
  image.config_digest as "configDigest", image.origin, image.inventory_digest as "inventoryDigest",
  image.sbom_digest as "sbomDigest", image.components, image.gaps, image.size_bytes as "sizeBytes",
  image.first_seen_at as "firstSeenAt", image.scanned_at as "scannedAt"`;

export type SeenImage = Omit<ImageRow, 'firstSeenAt'>;

/** Adds the image, or lays what was seen now over what was known. What is not known now stays. */
export async function putImage<T>(tx: Transaction<T>, tenantId: string, seen: SeenImage): Promise<ImageRow> {
  const { rows } = await sql<ImageRow>`
    insert into scanner.image as image
      (tenant_id, digest, name, platform, index_digest, config_digest, origin, inventory_digest, sbom_digest, components,
       gaps, size_bytes, first_seen_at, scanned_at)
    values (${tenantId}, ${seen.digest}, ${seen.name}, ${seen.platform}, ${seen.indexDigest}, ${seen.configDigest},
            ${seen.origin}, ${seen.inventoryDigest}, ${seen.sbomDigest}, ${seen.components}, ${seen.gaps},
            ${seen.sizeBytes}, ${seen.scannedAt}, ${seen.scannedAt})
    on conflict (tenant_id, digest) do update
    set name = excluded.name, platform = coalesce(excluded.platform, image.platform),
        index_digest = coalesce(excluded.index_digest, image.index_digest),
        config_digest = coalesce(excluded.config_digest, image.config_digest), origin = excluded.origin,
        inventory_digest = excluded.inventory_digest, sbom_digest = excluded.sbom_digest,
        components = excluded.components, gaps = excluded.gaps,
        size_bytes = coalesce(excluded.size_bytes, image.size_bytes),
        scanned_at = greatest(image.scanned_at, excluded.scanned_at)
    returning ${COLUMNS}`.execute(tx);
  const aliases = [seen.indexDigest, seen.configDigest].filter((alias) => alias !== null && alias !== seen.digest);
  for (const alias of aliases) {
    await sql`
      insert into scanner.image_alias (tenant_id, alias, digest) values (${tenantId}, ${alias}, ${seen.digest})
      on conflict do nothing`.execute(tx);
  }
  return rows[0] as ImageRow;
}

/**
 * The image that a digest of a manifest, config or index stands for. What we read ourselves goes before what a document
 * claims, so that nobody can put a document in the way of a scanned image; of an index' platforms `linux/amd64` is first.
 */
export async function findImage<T>(
  tx: Transaction<T>,
  tenantId: string,
  digest: string,
): Promise<ImageRow | undefined> {
  const { rows } = await sql<ImageRow>`
    select ${COLUMNS} from scanner.image
    where tenant_id = ${tenantId} and digest in (
      select ${digest}::text
      union all
      select alias.digest from scanner.image_alias alias where alias.tenant_id = ${tenantId} and alias.alias = ${digest})
    order by (image.origin = 'scan') desc, (image.digest = ${digest}) desc,
             coalesce(image.platform = 'linux/amd64', false) desc, image.scanned_at desc, image.digest
    limit 1`.execute(tx);
  return rows[0];
}

/** Whether both digests are known to stand for one image. */
export async function isSameImage<T>(tx: Transaction<T>, tenantId: string, a: Digest, b: Digest): Promise<boolean> {
  const { rows } = await sql<{ same: boolean }>`
    with names as (
      select alias, digest from scanner.image_alias where tenant_id = ${tenantId} and alias in (${a}, ${b})
      union all
      select digest, digest from scanner.image where tenant_id = ${tenantId} and digest in (${a}, ${b})
    )
    select exists (select from names x join names y using (digest) where x.alias = ${a} and y.alias = ${b}) as same`.execute(
    tx,
  );
  return rows[0]?.same === true;
}

export interface ImageKey {
  readonly scannedAt: Timestamp;
  readonly digest: string;
}

/** Last scanned first. */
export async function listImages<T>(
  tx: Transaction<T>,
  query: {
    readonly tenantId: string;
    readonly name: string | undefined;
    readonly after: ImageKey | undefined;
    readonly take: number;
  },
): Promise<readonly ImageRow[]> {
  const { tenantId, name, after } = query;
  const conditions: RawBuilder<unknown>[] = [sql`tenant_id = ${tenantId}`];
  if (name !== undefined) conditions.push(sql`position(lower(${name}) in lower(name)) > 0`);
  if (after !== undefined) {
    conditions.push(sql`(scanned_at, digest) < (${after.scannedAt}::timestamptz, ${after.digest}::text)`);
  }
  const { rows } = await sql<ImageRow>`
    select ${COLUMNS} from scanner.image where ${sql.join(conditions, sql` and `)}
    order by scanned_at desc, digest desc limit ${query.take}`.execute(tx);
  return rows;
}
