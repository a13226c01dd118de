import { json } from '@stella-ops/platform/database';
import { sql } from 'kysely';
import type { DecisionFact } from '../domain/facts.ts';
import type { Tx } from './tx.ts';

/** The decision that a promotion stands on for one image. */
export interface PromotionDecision {
  readonly imageDigest: string;
  readonly evaluation: number;
  /** Name of the pack that was asked for; null: the default. */
  readonly policy: string | null;
  readonly findingsDigest: string;
  readonly advisorySnapshot: string;
  readonly fact: DecisionFact;
  readonly packetId: string | null;
}

interface Row extends Omit<PromotionDecision, 'fact'> {
  readonly decisionId: string;
  readonly body: Omit<DecisionFact, 'kind' | 'decisionId'>;
}

export async function decisionsOf(tx: Tx, promotionId: string): Promise<PromotionDecision[]> {
  const { rows } = await sql<Row>`
    select image_digest as "imageDigest", decision_id as "decisionId", evaluation, policy,
           findings_digest as "findingsDigest", advisory_snapshot as "advisorySnapshot", body, packet_id as "packetId"
    from releases.promotion_decision where promotion_id = ${promotionId}`.execute(tx);
  return rows.map(({ decisionId, body, ...row }) => ({ ...row, fact: { kind: 'decided', decisionId, ...body } }));
}

export async function putDecision(
  tx: Tx,
  tenantId: string,
  promotionId: string,
  { imageDigest, evaluation, policy, findingsDigest, advisorySnapshot, fact }: PromotionDecision,
): Promise<void> {
  const { kind: _kind, decisionId, ...body } = fact;
  await sql`
    insert into releases.promotion_decision as d
      (tenant_id, promotion_id, image_digest, decision_id, evaluation, policy, findings_digest, advisory_snapshot, body)
    values (${tenantId}, ${promotionId}, ${imageDigest}, ${decisionId}, ${evaluation}, ${policy}, ${findingsDigest},
            ${advisorySnapshot}, ${json(body)})
    on conflict (tenant_id, promotion_id, image_digest) do update
    set decision_id = excluded.decision_id, evaluation = excluded.evaluation, policy = excluded.policy,
        findings_digest = excluded.findings_digest, advisory_snapshot = excluded.advisory_snapshot,
        body = excluded.body,
        packet_id = case when d.decision_id = excluded.decision_id then d.packet_id end
    -- An evaluation that took long does not undo a later one.
    where d.evaluation <= excluded.evaluation`.execute(tx);
}

/** Notes the packet of a decision. @returns promotions under way that stand on it */
export async function notePacket(tx: Tx, decisionId: string, packetId: string): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update releases.promotion_decision set packet_id = ${packetId}
    where decision_id = ${decisionId} and packet_id is null returning promotion_id as id`.execute(tx);
  return [...new Set(rows.map(({ id }) => id))];
}

/** Promotions under way of an image whose decision rests on other findings or advisories than these, or that have none. */
export async function promotionsJudgedOtherwise(
  tx: Tx,
  imageDigest: string,
  findingsDigest: string,
  advisorySnapshot: string,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select p.promotion_id as id
    from releases.release_image i
    join releases.promotion p on p.tenant_id = i.tenant_id and p.release_id = i.release_id
    left join releases.promotion_decision d
      on d.tenant_id = p.tenant_id and d.promotion_id = p.promotion_id and d.image_digest = i.image_digest
    where i.image_digest = ${imageDigest} and (p.state in ('pending_gate', 'pending_approval') or (p.state in ('approved', 'deploying', 'failed')
           and p.promotion_id in (select current_promotion_id from releases.environment)))
      and (d.findings_digest, d.advisory_snapshot) is distinct from (${findingsDigest}, ${advisorySnapshot})`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}
