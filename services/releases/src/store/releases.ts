import type { Release } from '@stella-ops/contracts/releases';
import { json } from '@stella-ops/platform/database';
import { sql } from 'kysely';
import type { Tx } from './tx.ts';

const SELECT = sql`
  select r.release_id as id, r.name, r.version, r.calendar_version as "calendarVersion", r.mode, r.digest, r.notes,
         json_build_object('id', r.created_by_id, 'name', r.created_by_name) as "createdBy",
         r.created_at as "createdAt", parts.components
  from releases.release r
  cross join lateral (
    select json_agg(json_build_object('component', c.component, 'repository', c.repository, 'requested', c.requested,
                                      'indexDigest', c.index_digest, 'platforms', c.platforms)
                    order by c.component collate "C") as components
    from releases.release_component c
    where c.tenant_id = r.tenant_id and c.release_id = r.release_id
  ) parts`;

/** The next number of a day; two releases of one moment wait for each other and get two. */
export async function nextOfDay(tx: Tx, tenantId: string, day: string): Promise<number> {
  const { rows } = await sql<{ releases: number }>`
    insert into releases.calendar as c (tenant_id, day, releases) values (${tenantId}, ${day}, 1)
    on conflict (tenant_id, day) do update set releases = c.releases + 1
    returning releases`.execute(tx);
  return rows[0]?.releases ?? 1;
}

/** @returns false when the name has this version already */
export async function insertRelease(tx: Tx, tenantId: string, release: Release): Promise<boolean> {
  const { rows } = await sql`
    insert into releases.release
      (tenant_id, release_id, name, version, calendar_version, mode, digest, notes, created_by_id, created_by_name,
       created_at)
    values (${tenantId}, ${release.id}, ${release.name}, ${release.version}, ${release.calendarVersion},
            ${release.mode}, ${release.digest}, ${release.notes}, ${release.createdBy.id}, ${release.createdBy.name},
            ${release.createdAt})
    on conflict (tenant_id, name, version) do nothing returning name`.execute(tx);
  return rows.length === 1;
}

export async function insertReleaseParts(
  tx: Tx,
  tenantId: string,
  release: Release,
  componentIds: ReadonlyMap<string, string>,
  imageDigests: readonly string[],
): Promise<void> {
  const parts = release.components.map((part) => ({ ...part, componentId: componentIds.get(part.component) }));
  await sql`
    insert into releases.release_component
      (tenant_id, release_id, component, component_id, repository, requested, index_digest, platforms)
    select ${tenantId}, ${release.id}, part.component, part."componentId", part.repository, part.requested,
           part."indexDigest", part.platforms
    from jsonb_to_recordset(${json(parts)}) as part(
      component text, "componentId" uuid, repository text, requested text, "indexDigest" text, platforms jsonb
    )`.execute(tx);
  await sql`
    insert into releases.release_image (tenant_id, image_digest, release_id)
    select ${tenantId}, digest, ${release.id} from unnest(${imageDigests}::text[]) as digest`.execute(tx);
}

export async function hasVersion(tx: Tx, name: string, version: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from releases.release where name = ${name} and version = ${version}`.execute(tx);
  return rows.length > 0;
}

export async function findRelease(tx: Tx, id: string): Promise<Release | undefined> {
  const { rows } = await sql<Release>`${SELECT} where r.release_id = ${id}`.execute(tx);
  return rows[0];
}

export async function listReleases(
  tx: Tx,
  filter: { readonly name: string | undefined; readonly after: string | undefined; readonly limit: number },
): Promise<Release[]> {
  const { rows } = await sql<Release>`
    ${SELECT}
    where ${filter.name === undefined ? sql`true` : sql`r.name = ${filter.name}`}
      and ${filter.after === undefined ? sql`true` : sql`r.release_id < ${filter.after}`}
    order by r.release_id desc limit ${filter.limit}`.execute(tx);
  return rows;
}
