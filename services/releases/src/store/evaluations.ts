import { sql } from 'kysely';
import type { Tx } from './tx.ts';

const OPEN = sql`state in ('pending_gate', 'pending_approval')`;

/** Let through, and looked at again when its deployment begins or is resumed. */
const LET_THROUGH = sql`state in ('approved', 'deploying', 'failed')`;

/**
 * Those under way, and those that were let through and may be brought there yet: in each environment its current one at
 * most. Nobody looks at the gates of these before that, but then decisions must be as new as what they rest on.
 */
const UNDEPLOYED = sql`(${OPEN} or (${LET_THROUGH}
  and promotion_id in (select current_promotion_id from releases.environment)))`;

export interface Wanted {
  readonly promotionId: string;
  readonly wanted: number;
  /** Every earlier reason was followed, so no evaluation waits or is under way, and one must be enqueued. */
  readonly isDue: boolean;
}

/**
 * Counts a reason to look at promotions under way. An evaluation that waits covers all reasons that come, and one that
 * runs is followed by another: a burst of events makes two, and never two at once that ask policy the same.
 *
 * @param isStale whether decisions of policy must be made anew; also for those let through, when they are deployed
 */
export async function wantEvaluation(tx: Tx, ids: readonly string[], isStale: boolean): Promise<Wanted[]> {
  if (ids.length === 0) return [];
  // Locked in one order, so that two bursts do not wait for each other.
  const { rows } = await sql<Wanted & { readonly isOpen: boolean }>`
    with chosen as (
      select tenant_id, promotion_id from releases.promotion
      where promotion_id = any(${ids}::uuid[]) and (${OPEN} or (${isStale} and ${LET_THROUGH}))
      order by promotion_id for update
    )
    update releases.promotion p
    set wanted = p.wanted + 1, stale_at = case when ${isStale} then p.wanted + 1 else p.stale_at end,
        evaluated = case when p.state in ('pending_gate', 'pending_approval') then p.evaluated else p.wanted + 1 end
    from chosen where chosen.tenant_id = p.tenant_id and chosen.promotion_id = p.promotion_id
    returning p.promotion_id as "promotionId", p.wanted, p.wanted - 1 = p.evaluated as "isDue",
              p.state in ('pending_gate', 'pending_approval') as "isOpen"`.execute(tx);
  return rows.filter(({ isOpen }) => isOpen);
}

export async function finishEvaluation(
  tx: Tx,
  id: string,
  end: { readonly evaluation: number; readonly failures: number; readonly wakeAt: string | null },
): Promise<void> {
  await sql`
    update releases.promotion
    set evaluated = ${end.evaluation}, failures = ${end.failures}, wake_at = ${end.wakeAt}
    where promotion_id = ${id}`.execute(tx);
}

type Ids = { readonly id: string }[];
const idsOf = (rows: Ids): string[] => rows.map(({ id }) => id);

/** All under way, and those approved that may be deployed yet. */
export async function openPromotions(tx: Tx): Promise<string[]> {
  const { rows } = await sql<Ids[number]>`
    select promotion_id as id from releases.promotion where ${UNDEPLOYED}`.execute(tx);
  return idsOf(rows);
}

/** Those with an approval of somebody that counts. */
export async function openPromotionsApprovedBy(tx: Tx, personId: string): Promise<string[]> {
  const { rows } = await sql<Ids[number]>`
    select p.promotion_id as id
    from releases.promotion p
    where ${UNDEPLOYED} and exists (
      select from releases.approval a
      where a.tenant_id = p.tenant_id and a.promotion_id = p.promotion_id and a.person_id = ${personId}
        and a.is_valid and a.verdict = 'approved'
    )`.execute(tx);
  return idsOf(rows);
}

export async function openPromotionsOfImage(tx: Tx, imageDigest: string): Promise<string[]> {
  const { rows } = await sql<Ids[number]>`
    select p.promotion_id as id
    from releases.release_image i
    join releases.promotion p on p.tenant_id = i.tenant_id and p.release_id = i.release_id
    where i.image_digest = ${imageDigest} and ${UNDEPLOYED}`.execute(tx);
  return idsOf(rows);
}

export async function openPromotionsOfScan(tx: Tx, scanId: string): Promise<string[]> {
  const { rows } = await sql<Ids[number]>`
    select p.promotion_id as id
    from releases.scan_request s
    join releases.release_image i on i.tenant_id = s.tenant_id and i.image_digest = s.image_digest
    join releases.promotion p on p.tenant_id = i.tenant_id and p.release_id = i.release_id
    where s.scan_id = ${scanId} and ${OPEN}`.execute(tx);
  return idsOf(rows);
}

/** Those of environments whose policy is the one named, or whichever is the default. */
export async function openPromotionsOfPolicy(tx: Tx, policy: string): Promise<string[]> {
  const { rows } = await sql<Ids[number]>`
    select p.promotion_id as id
    from releases.promotion p
    join releases.environment e on e.tenant_id = p.tenant_id and e.environment_id = p.environment_id
    where (e.policy is null or e.policy = ${policy}) and ${UNDEPLOYED}`.execute(tx);
  return idsOf(rows);
}

/** Those that a change of an environment concerns: its own, and those above it, since the order may have a new step. */
export async function openPromotionsOfEnvironment(tx: Tx, environmentId: string): Promise<string[]> {
  const { rows } = await sql<Ids[number]>`
    select p.promotion_id as id
    from releases.environment changed
    join releases.environment e on e.tenant_id = changed.tenant_id and e.place >= changed.place
    join releases.promotion p on p.tenant_id = e.tenant_id and p.environment_id = e.environment_id
    where changed.environment_id = ${environmentId} and ${OPEN}`.execute(tx);
  return idsOf(rows);
}

/** Those into an environment, and the approved one that may be deployed there yet. */
export async function openPromotionsIn(tx: Tx, environmentId: string): Promise<string[]> {
  const { rows } = await sql<Ids[number]>`
    select promotion_id as id from releases.promotion
    where environment_id = ${environmentId} and ${UNDEPLOYED}`.execute(tx);
  return idsOf(rows);
}

export async function openPromotionsOfRelease(tx: Tx, releaseId: string, except: string): Promise<string[]> {
  const { rows } = await sql<Ids[number]>`
    select promotion_id as id from releases.promotion
    where release_id = ${releaseId} and promotion_id <> ${except} and ${OPEN}`.execute(tx);
  return idsOf(rows);
}

/** Everything under way, in all tenants; for the relay's role. */
export async function allOpenPromotions(
  tx: Tx,
): Promise<{ readonly tenantId: string; readonly ids: readonly string[] }[]> {
  const { rows } = await sql<{ tenantId: string; ids: string[] }>`
    select tenant_id as "tenantId", array_agg(promotion_id) as ids
    from releases.promotion where ${OPEN} group by tenant_id`.execute(tx);
  return rows;
}
