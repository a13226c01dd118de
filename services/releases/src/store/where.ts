import type { Release } from '@stella-ops/contracts/releases';
import { sql } from 'kysely';
import type { Tx } from './tx.ts';

/** Releases of one digest that are listed. */
const MAX_RELEASES = 200;

export interface ReleaseWithDigest {
  readonly id: string;
  readonly release: string;
  readonly component: string;
  readonly createdAt: string;
  readonly indexDigest: string | null;
  readonly platforms: Release['components'][number]['platforms'];
}

/** Parts of releases that one of whose images has a digest, newest release first. */
export async function releasesWithDigest(tx: Tx, digest: string): Promise<ReleaseWithDigest[]> {
  const { rows } = await sql<ReleaseWithDigest>`
    select r.release_id as id, r.name || ' ' || r.version as release, c.component, r.created_at as "createdAt",
           c.index_digest as "indexDigest", c.platforms
    from releases.release_image i
    join releases.release r on r.tenant_id = i.tenant_id and r.release_id = i.release_id
    join releases.release_component c on c.tenant_id = i.tenant_id and c.release_id = i.release_id
    where i.image_digest = ${digest}
      and (c.index_digest = ${digest}
           or exists (select from jsonb_array_elements(c.platforms) as p(one)
                      where p.one ->> 'manifestDigest' = ${digest} or p.one ->> 'configDigest' = ${digest}))
    order by r.release_id desc, c.component limit ${MAX_RELEASES}`.execute(tx);
  return rows;
}

export interface EnvironmentWithRelease {
  readonly id: string;
  readonly name: string;
  readonly since: string;
  readonly promotionId: string;
}

/** Environments whose current release is one of some. */
export async function environmentsWithReleases(tx: Tx, ids: readonly string[]): Promise<EnvironmentWithRelease[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<EnvironmentWithRelease>`
    select environment_id as id, name, current_since as since, current_promotion_id as "promotionId"
    from releases.environment
    where current_release_id = any(${ids}::uuid[]) and current_promotion_id is not null
    order by place`.execute(tx);
  return rows;
}

export interface TargetWithDigest {
  readonly id: string;
  readonly name: string;
  readonly environment: string;
  readonly containers: readonly { readonly digests: readonly string[] }[];
}

/** Targets where something runs that is known by one of some digests. */
export async function targetsWithDigests(tx: Tx, digests: readonly string[]): Promise<TargetWithDigest[]> {
  const { rows } = await sql<TargetWithDigest>`
    select t.target_id as id, t.name, e.name as environment,
           (select coalesce(json_agg(json_build_object('digests', c.one -> 'digests')), '[]')
            from jsonb_array_elements(t.containers) as c(one)) as containers
    from releases.target t
    join releases.environment e on e.tenant_id = t.tenant_id and e.environment_id = t.environment_id
    where t.removed_at is null and t.image_digests && ${digests}::text[]
    order by e.place, t.name limit 1000`.execute(tx);
  return rows;
}
