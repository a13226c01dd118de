import type { Approval } from '@stella-ops/contracts/releases';
import { sql } from 'kysely';
import type { Tx } from './tx.ts';

export interface ApprovalRow extends Approval {
  readonly id: string;
  readonly promotionId: string;
}

/** In the order they were given. */
export async function approvalsOf(tx: Tx, promotionIds: readonly string[]): Promise<ApprovalRow[]> {
  const { rows } = await sql<ApprovalRow>`
    select approval_id as id, promotion_id as "promotionId",
           json_build_object('id', person_id, 'name', person_name) as person, verdict, reason,
           release_digest as "releaseDigest", policy_digest as "policyDigest", is_valid as "isValid",
           decided_at as "decidedAt"
    from releases.approval where promotion_id = any(${promotionIds}::uuid[]) order by approval_id`.execute(tx);
  return rows;
}

export async function insertApproval(tx: Tx, tenantId: string, approval: ApprovalRow): Promise<void> {
  await sql`
    insert into releases.approval
      (tenant_id, approval_id, promotion_id, person_id, person_name, verdict, reason, release_digest, policy_digest,
       is_valid, decided_at)
    values (${tenantId}, ${approval.id}, ${approval.promotionId}, ${approval.person.id}, ${approval.person.name},
            ${approval.verdict}, ${approval.reason}, ${approval.releaseDigest}, ${approval.policyDigest},
            ${approval.isValid}, ${approval.decidedAt})`.execute(tx);
}

export async function voidApprovals(tx: Tx, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update releases.approval set is_valid = false where approval_id = any(${ids}::uuid[])`.execute(tx);
}
