import type { Gate } from '@stella-ops/contracts/releases';
import { json } from '@stella-ops/platform/database';
import { sql } from 'kysely';
import type { PromotionState } from '../domain/promotion-states.ts';
import type { Tx } from './tx.ts';

/** A promotion as it is stored, with the names of what it is about; its approvals lie elsewhere. */
export interface PromotionRow {
  readonly id: string;
  readonly releaseId: string;
  readonly release: string;
  readonly releaseDigest: string;
  readonly environmentId: string;
  readonly environment: string;
  readonly isSeparationOfDuties: boolean;
  readonly state: PromotionState;
  readonly sentence: string;
  readonly reason: string;
  readonly requestedBy: { readonly id: string; readonly name: string };
  readonly gates: readonly Gate[];
  readonly requiredApprovals: number;
  readonly policyDigest: string | null;
  readonly packetId: string | null;
  readonly version: number;
  readonly requestedAt: string;
  readonly updatedAt: string;
  readonly decidedAt: string | null;
  readonly expiresAt: string;
  readonly wanted: number;
  readonly evaluated: number;
  readonly staleAt: number;
  readonly failures: number;
  readonly wakeAt: string | null;
}

const SELECT = sql`
  select p.promotion_id as id, p.release_id as "releaseId", r.name || ' ' || r.version as release,
         r.digest as "releaseDigest", p.environment_id as "environmentId", e.name as environment,
         e.is_separation_of_duties as "isSeparationOfDuties", p.state, p.sentence, p.reason,
         json_build_object('id', p.requested_by_id, 'name', p.requested_by_name) as "requestedBy", p.gates,
         p.required_approvals as "requiredApprovals", p.policy_digest as "policyDigest", p.packet_id as "packetId",
         p.version, p.requested_at as "requestedAt", p.updated_at as "updatedAt", p.decided_at as "decidedAt",
         p.expires_at as "expiresAt", p.wanted, p.evaluated, p.stale_at as "staleAt", p.failures,
         p.wake_at as "wakeAt"
  from releases.promotion p
  join releases.release r on r.tenant_id = p.tenant_id and r.release_id = p.release_id
  join releases.environment e on e.tenant_id = p.tenant_id and e.environment_id = p.environment_id`;

export interface NewPromotion {
  readonly id: string;
  readonly releaseId: string;
  readonly environmentId: string;
  readonly sentence: string;
  readonly reason: string;
  readonly requestedBy: { readonly id: string; readonly name: string };
  readonly requiredApprovals: number;
  readonly at: string;
  readonly expiresAt: string;
}

/** @returns false when a promotion of this release to this environment is under way */
export async function insertPromotion(tx: Tx, tenantId: string, promotion: NewPromotion): Promise<boolean> {
  const { rows } = await sql`
    insert into releases.promotion
      (tenant_id, promotion_id, release_id, environment_id, state, sentence, reason, requested_by_id,
       requested_by_name, gates, required_approvals, requested_at, updated_at, expires_at)
    values (${tenantId}, ${promotion.id}, ${promotion.releaseId}, ${promotion.environmentId}, 'pending_gate',
            ${promotion.sentence}, ${promotion.reason}, ${promotion.requestedBy.id}, ${promotion.requestedBy.name},
            '[]', ${promotion.requiredApprovals}, ${promotion.at}, ${promotion.at}, ${promotion.expiresAt})
    on conflict do nothing returning promotion_id`.execute(tx);
  return rows.length === 1;
}

export async function findPromotion(tx: Tx, id: string): Promise<PromotionRow | undefined> {
  const { rows } = await sql<PromotionRow>`${SELECT} where p.promotion_id = ${id}`.execute(tx);
  return rows[0];
}

/** The same, kept from being changed until the transaction ends. */
export async function lockPromotion(tx: Tx, id: string): Promise<PromotionRow | undefined> {
  const { rows } = await sql<PromotionRow>`${SELECT} where p.promotion_id = ${id} for update of p`.execute(tx);
  return rows[0];
}

export interface PromotionFilter {
  readonly state: PromotionState | undefined;
  readonly releaseId: string | undefined;
  readonly environment: string | undefined;
  /** Only those that this person can approve. */
  readonly approver: string | undefined;
  readonly after: string | undefined;
  readonly limit: number;
}

export async function listPromotions(tx: Tx, filter: PromotionFilter): Promise<PromotionRow[]> {
  const { state, releaseId, environment, approver, after, limit } = filter;
  const { rows } = await sql<PromotionRow>`
    ${SELECT}
    where ${state === undefined ? sql`true` : sql`p.state = ${state}`}
      and ${releaseId === undefined ? sql`true` : sql`p.release_id = ${releaseId}`}
      and ${environment === undefined ? sql`true` : sql`e.name = ${environment}`}
      and ${after === undefined ? sql`true` : sql`p.promotion_id < ${after}`}
      and ${
        approver === undefined
          ? sql`true`
          : sql`p.state = 'pending_approval'
                and not (e.is_separation_of_duties and p.requested_by_id = ${approver})
                and not exists (
                  select from releases.approval a
                  where a.tenant_id = p.tenant_id and a.promotion_id = p.promotion_id and a.person_id = ${approver}
                    and a.is_valid
                )`
      }
    order by p.promotion_id desc limit ${limit}`.execute(tx);
  return rows;
}

/** How far a release came in an environment: the best of its promotions there. */
export async function progressIn(
  tx: Tx,
  releaseId: string,
  environmentId: string,
): Promise<{ readonly id: string; readonly state: string } | undefined> {
  const { rows } = await sql<{ id: string; state: string }>`
    select promotion_id as id, state from releases.promotion
    where release_id = ${releaseId} and environment_id = ${environmentId}
    order by case when state = 'deployed' then 0
                  when state = 'approved' then 1
                  when state in ('pending_gate', 'pending_approval', 'deploying') then 2
                  else 3 end,
             promotion_id desc
    limit 1`.execute(tx);
  return rows[0];
}

/** The promotion that a release which runs in an environment came by: one that was deployed, before one that was not. */
export async function promotionThatRuns(tx: Tx, releaseId: string, environmentId: string): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select promotion_id as id from releases.promotion
    where release_id = ${releaseId} and environment_id = ${environmentId}
      and state in ('deployed', 'rolled_back', 'failed')
    order by case state when 'deployed' then 0 when 'rolled_back' then 1 else 2 end, promotion_id desc
    limit 1`.execute(tx);
  return rows[0]?.id;
}

/** Of the promotions that are approved for an environment, the one approved last. @param except another one */
export async function lastApproved(
  tx: Tx,
  environmentId: string,
  except: string,
): Promise<{ readonly promotionId: string; readonly releaseId: string; readonly since: string } | undefined> {
  const { rows } = await sql<{ promotionId: string; releaseId: string; since: string }>`
    select promotion_id as "promotionId", release_id as "releaseId", decided_at as since from releases.promotion
    where environment_id = ${environmentId} and promotion_id <> ${except} and state = 'approved'
      and decided_at is not null
    order by decided_at desc, promotion_id desc limit 1`.execute(tx);
  return rows[0];
}

/** Whether another promotion of the release is on its way to the environment. */
export async function hasOtherUnderWay(
  tx: Tx,
  { id, releaseId, environmentId }: Pick<PromotionRow, 'id' | 'releaseId' | 'environmentId'>,
): Promise<boolean> {
  const { rows } = await sql`
    select from releases.promotion
    where release_id = ${releaseId} and environment_id = ${environmentId} and promotion_id <> ${id}
      and state in ('pending_gate', 'pending_approval', 'deploying') limit 1`.execute(tx);
  return rows.length > 0;
}

/** Decisions of a promotion that people have decided on are too old: whoever looks at its gates next asks policy anew. */
export async function freshenDecisions(tx: Tx, id: string): Promise<void> {
  await sql`
    update releases.promotion set wanted = wanted + 1, evaluated = wanted + 1, stale_at = wanted + 1
    where promotion_id = ${id} and state in ('approved', 'failed')`.execute(tx);
}

export interface PromotionChange {
  readonly id: string;
  readonly state: PromotionState;
  readonly sentence: string;
  readonly gates: readonly Gate[];
  readonly requiredApprovals: number;
  readonly policyDigest: string | null;
  readonly at: string;
  readonly decidedAt: string | null;
}

/** Writes what readers see, as the next version. @returns that version */
export async function changePromotion(tx: Tx, change: PromotionChange): Promise<number> {
  const { rows } = await sql<{ version: number }>`
    update releases.promotion
    set state = ${change.state}, sentence = ${change.sentence}, gates = ${json(change.gates)},
        required_approvals = ${change.requiredApprovals}, policy_digest = ${change.policyDigest},
        updated_at = ${change.at}, decided_at = ${change.decidedAt}, version = version + 1
    where promotion_id = ${change.id} returning version`.execute(tx);
  return rows[0]?.version ?? 0;
}

/**
 * An end of a promotion has been sealed. It ends more than once: approved, then deployed or cancelled, then rolled back; its
 * evidence is that of the last end, and that of an earlier one until then.
 *
 * @param endedAt when that end was; null: not told
 * @returns false when there is no such promotion, or it has a packet and this one is of an earlier end
 */
export async function setPromotionPacket(
  tx: Tx,
  id: string,
  { packetId, endedAt, at }: { readonly packetId: string; readonly endedAt: string | null; readonly at: string },
): Promise<boolean> {
  const { rows } = await sql`
    update releases.promotion set packet_id = ${packetId}, version = version + 1, updated_at = ${at}
    where promotion_id = ${id} and (packet_id is null or decided_at = ${endedAt}) returning promotion_id`.execute(tx);
  return rows.length === 1;
}
