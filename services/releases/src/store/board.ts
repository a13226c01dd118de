import type { Release } from '@stella-ops/contracts/releases';
import { sql } from 'kysely';
import type { DeploymentState } from '../domain/deployment-states.ts';
import type { PromotionState } from '../domain/promotion-states.ts';
import type { Tx } from './tx.ts';

/** Rows and columns of the board; more would be no board any more. */
const MAX_COMPONENTS = 500;
const MAX_ENVIRONMENTS = 50;

export interface BoardEnvironment {
  readonly id: string;
  readonly name: string;
  readonly order: number;
  readonly isFrozen: boolean;
  readonly targets: number;
  /** Everything that differs on its targets: the component, or null where it is of none. */
  readonly drift: readonly (string | null)[];
  readonly currentReleaseId: string | null;
  readonly currentPromotionId: string | null;
  readonly currentSince: string | null;
  readonly promotionState: PromotionState | null;
  readonly promotionSentence: string | null;
  /** The last one there. */
  readonly deployment: {
    readonly releaseId: string;
    /** That it carries out; null for a rollback. */
    readonly promotionId: string | null;
    readonly state: DeploymentState;
    readonly sentence: string;
    readonly createdAt: string;
  } | null;
  /** The last one that succeeded there, rollbacks too. */
  readonly done: { readonly releaseId: string; readonly updatedAt: string } | null;
}

export async function boardEnvironments(tx: Tx, at: string): Promise<BoardEnvironment[]> {
  const { rows } = await sql<BoardEnvironment>`
    select e.environment_id as id, e.name, e.place as "order",
           exists (select from releases.freeze f
                   where f.tenant_id = e.tenant_id and f.environment_id = e.environment_id and f.ends_at > ${at}
                     and f.starts_at <= ${at}) as "isFrozen",
           coalesce(t.targets, 0) as targets, coalesce(t.drift, '[]') as drift,
           e.current_release_id as "currentReleaseId", e.current_promotion_id as "currentPromotionId",
           e.current_since as "currentSince", p.state as "promotionState", p.sentence as "promotionSentence",
           d.deployment, d.done
    from releases.environment e
    left join releases.promotion p on p.tenant_id = e.tenant_id and p.promotion_id = e.current_promotion_id
    left join lateral (
      select count(*)::int4 as targets,
             -- A silent target has not drifted: what runs there is not known.
             json_agg(one.drift -> 'component') filter (where one.drift ->> 'kind' <> 'stale') as drift
      from (
        select g.target_id, d.drift
        from releases.target g left join lateral jsonb_array_elements(g.drift) as d(drift) on true
        where g.tenant_id = e.tenant_id and g.environment_id = e.environment_id and g.removed_at is null
      ) one
    ) t on true
    left join lateral (
      select (select json_build_object('releaseId', release_id, 'state', state,
                                       'promotionId', case kind when 'deploy' then promotion_id end, 'sentence', sentence,
                                       'createdAt', ${timeText('created_at')})
              from releases.deployment
              where tenant_id = e.tenant_id and environment_id = e.environment_id
              order by deployment_id desc limit 1) as deployment,
             (select json_build_object('releaseId', release_id, 'updatedAt', ${timeText('updated_at')})
              from releases.deployment
              where tenant_id = e.tenant_id and environment_id = e.environment_id
                and state in ('succeeded', 'rolled_back')
              order by deployment_id desc limit 1) as done
    ) d on true
    order by e.place limit ${MAX_ENVIRONMENTS}`.execute(tx);
  return rows;
}

/** A time inside of JSON, as columns have it: RFC 3339 in UTC with milliseconds. */
const timeText = (column: 'created_at' | 'updated_at') =>
  sql`to_char(${sql.ref(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

export interface BoardComponent {
  readonly id: string;
  readonly name: string;
  readonly repository: string;
}

export async function boardComponents(tx: Tx): Promise<BoardComponent[]> {
  const { rows } = await sql<BoardComponent>`
    select component_id as id, name, repository from releases.component
    order by name limit ${MAX_COMPONENTS}`.execute(tx);
  return rows;
}

/** Promotions that are on their way, oldest first. */
export interface OpenOnBoard {
  readonly id: string;
  readonly environmentId: string;
  readonly releaseId: string;
  readonly state: PromotionState;
  readonly sentence: string;
  readonly isFrozen: boolean;
  readonly updatedAt: string;
}

export async function boardPromotions(tx: Tx): Promise<OpenOnBoard[]> {
  const { rows } = await sql<OpenOnBoard>`
    select promotion_id as id, environment_id as "environmentId", release_id as "releaseId", state, sentence,
           gates @> '[{"name": "freeze", "state": "blocked"}]' as "isFrozen", updated_at as "updatedAt"
    from releases.promotion
    where state in ('pending_gate', 'pending_approval')
    order by promotion_id desc limit 500`.execute(tx);
  return rows.reverse();
}

export interface ReleaseOnBoard {
  readonly id: string;
  readonly release: string;
  readonly version: string;
  readonly parts: readonly Pick<Release['components'][number], 'component' | 'indexDigest' | 'platforms'>[];
}

export async function boardReleases(tx: Tx, ids: readonly string[]): Promise<ReleaseOnBoard[]> {
  if (ids.length === 0) return [];
  const { rows } = await sql<ReleaseOnBoard>`
    select r.release_id as id, r.name || ' ' || r.version as release, r.version,
           json_agg(json_build_object('component', c.component, 'indexDigest', c.index_digest,
                                      'platforms', c.platforms)) as parts
    from releases.release r
    join releases.release_component c on c.tenant_id = r.tenant_id and c.release_id = r.release_id
    where r.release_id = any(${ids}::uuid[])
    group by r.release_id, r.name, r.version`.execute(tx);
  return rows;
}
