import type { Digest } from '@stella-ops/engine-kernel';
import { json } from '@stella-ops/platform/database';
import { sql, type Transaction } from 'kysely';
import type { RecordDraft } from '../domain/record-draft.ts';

export interface ObservationRow {
  readonly digest: Digest;
  readonly advisory_id: string;
  readonly source: string;
  readonly modified: string;
  readonly is_withdrawn: boolean;
  readonly aliases: readonly string[];
  readonly summary: string | null;
  readonly packages: readonly (readonly [string, string])[];
  readonly package_count: number;
  readonly pack: Digest;
  readonly pack_offset: number;
  readonly size_bytes: number;
  readonly received_at: string;
}

const COLUMNS = sql.raw(
  `o.digest, o.advisory_id, o.source, o.modified, o.is_withdrawn, o.aliases, o.summary, o.packages, o.package_count,
   o.pack, o.pack_offset, o.size_bytes, o.received_at`,
);

/** There is no newer version of the record: the newest `modified`, then the lowest digest, as in an index file. */
const IS_CURRENT = sql`not exists (
  select from concelier.observation n
  where n.tenant_id = o.tenant_id and n.advisory_id = o.advisory_id
    and (n.modified > o.modified or (n.modified = o.modified and n.digest < o.digest)))`;

const SHOWN_PACKAGES = 200;

/** Which of these records are kept already. */
export async function knownDigests(
  tx: Transaction<unknown>,
  tenantId: string,
  digests: readonly Digest[],
): Promise<Set<Digest>> {
  const { rows } = await sql<{ digest: Digest }>`
    select digest from concelier.observation
    where tenant_id = ${tenantId} and digest = any(${digests}::text[])`.execute(tx);
  return new Set(rows.map(({ digest }) => digest));
}

export interface NewObservations {
  readonly tenantId: string;
  readonly source: string;
  readonly at: string;
  /** Object that the offsets point into. */
  readonly pack: Digest;
  readonly records: readonly RecordDraft[];
}

/** Adds those records that nobody else has added meanwhile, with their names and packages. @returns how many */
export async function addObservations(tx: Transaction<unknown>, input: NewObservations): Promise<number> {
  const { tenantId, source, at, pack } = input;
  const records = input.records.map(({ packages, ...record }) => ({
    ...record,
    packages,
    shown: packages.slice(0, SHOWN_PACKAGES),
  }));
  // One statement and one parameter for all rows: on the embedded engine each round trip costs more than a row.
  const { rows } = await sql<{ added: bigint }>`
    with given as materialized (
      select * from jsonb_to_recordset(${json(records)}) as r (
        "digest" text, "advisoryId" text, "modified" text, "isWithdrawn" boolean, "aliases" jsonb, "names" jsonb,
        "summary" text, "packages" jsonb, "shown" jsonb, "packageCount" int4, "offset" int4, "length" int4)
    ), added as (
      insert into concelier.observation
        (tenant_id, digest, advisory_id, source, modified, is_withdrawn, aliases, summary, packages, package_count,
         pack, pack_offset, size_bytes, received_at)
      select ${tenantId}::uuid, "digest", "advisoryId", ${source}, "modified", "isWithdrawn", "aliases", "summary",
             "shown", "packageCount", ${pack}, "offset", "length", ${at}::timestamptz
      from given
      on conflict do nothing
      returning digest
    ), names as (
      insert into concelier.observation_name (tenant_id, name, digest)
      select ${tenantId}::uuid, n.name, g."digest"
      from given g join added a on a.digest = g."digest", jsonb_array_elements_text(g."names") as n (name)
    ), packages as (
      insert into concelier.observation_package (tenant_id, ecosystem, name, digest)
      select ${tenantId}::uuid, p.pair ->> 0, p.pair ->> 1, g."digest"
      from given g join added a on a.digest = g."digest", jsonb_array_elements(g."packages") as p (pair)
    )
    select count(*) as added from added`.execute(tx);
  return Number(rows[0]?.added ?? 0n);
}

export interface ObservationFilter {
  readonly name: string | undefined;
  readonly ecosystem: string | undefined;
  /** Spellings of a package name, one of which is the normalised one. */
  readonly packageNames: readonly string[] | undefined;
  readonly isCurrentOnly: boolean;
}

/** By id, then digest. */
export async function listObservations(
  tx: Transaction<unknown>,
  tenantId: string,
  filter: ObservationFilter,
  after: readonly [advisoryId: string, digest: string] | undefined,
  take: number,
): Promise<ObservationRow[]> {
  const { name, ecosystem, packageNames, isCurrentOnly } = filter;
  const conditions = [sql`o.tenant_id = ${tenantId}`];
  if (isCurrentOnly) conditions.push(IS_CURRENT);
  if (after !== undefined) conditions.push(sql`(o.advisory_id, o.digest) > (${after[0]}, ${after[1]})`);
  if (name !== undefined) {
    conditions.push(sql`o.digest in (
      select digest from concelier.observation_name where tenant_id = ${tenantId} and name = ${name})`);
  }
  if (ecosystem !== undefined || packageNames !== undefined) {
    const of = [sql`tenant_id = ${tenantId}`];
    // `Debian` finds `Debian:12` too. In code-unit order ";" comes right after ":".
    if (ecosystem !== undefined) {
      of.push(sql`(ecosystem = ${ecosystem} or (ecosystem >= ${`${ecosystem}:`} and ecosystem < ${`${ecosystem};`}))`);
    }
    if (packageNames !== undefined) of.push(sql`name = any(${packageNames}::text[])`);
    conditions.push(
      sql`o.digest in (select digest from concelier.observation_package where ${sql.join(of, sql` and `)})`,
    );
  }
  const { rows } = await sql<ObservationRow>`
    select ${COLUMNS} from concelier.observation o
    where ${sql.join(conditions, sql` and `)}
    order by o.advisory_id, o.digest limit ${take}`.execute(tx);
  return rows;
}

export async function findObservation(
  tx: Transaction<unknown>,
  tenantId: string,
  digest: string,
): Promise<ObservationRow | undefined> {
  const { rows } = await sql<ObservationRow>`
    select ${COLUMNS} from concelier.observation o where o.tenant_id = ${tenantId} and o.digest = ${digest}`.execute(
    tx,
  );
  return rows[0];
}

export interface NamedObservation extends ObservationRow {
  readonly names: readonly string[];
}

/** Current observations with one of these names, each with all its names; by id. */
export async function observationsNamed(
  tx: Transaction<unknown>,
  tenantId: string,
  names: readonly string[],
  take: number,
): Promise<NamedObservation[]> {
  const { rows } = await sql<NamedObservation>`
    select ${COLUMNS},
           (select coalesce(jsonb_agg(a.name), '[]') from concelier.observation_name a
            where a.tenant_id = o.tenant_id and a.digest = o.digest) as names
    from concelier.observation o
    where o.tenant_id = ${tenantId} and ${IS_CURRENT}
      and o.digest in (select digest from concelier.observation_name
                       where tenant_id = ${tenantId} and name = any(${names}::text[]))
    order by o.advisory_id, o.digest limit ${take}`.execute(tx);
  return rows;
}

export interface CurrentRecord {
  readonly advisory_id: string;
  readonly digest: Digest;
  readonly pack: Digest;
  readonly pack_offset: number;
  readonly size_bytes: number;
}

/** A page of the newest versions of all records, by id. */
export async function currentRecords(
  tx: Transaction<unknown>,
  tenantId: string,
  afterId: string | undefined,
  take: number,
): Promise<CurrentRecord[]> {
  const { rows } = await sql<CurrentRecord>`
    select distinct on (o.advisory_id) o.advisory_id, o.digest, o.pack, o.pack_offset, o.size_bytes
    from concelier.observation o
    where o.tenant_id = ${tenantId} and (${afterId ?? null}::text is null or o.advisory_id > ${afterId ?? ''})
    order by o.advisory_id, o.modified desc, o.digest limit ${take}`.execute(tx);
  return rows;
}
