import type { Approval, VoidCode } from '@stella-ops/contracts/releases';
import { sql } from 'kysely';
import type { Tx } from './tx.ts';

export interface ApprovalRow extends Omit<Approval, 'voided'> {
  readonly id: string;
  readonly promotionId: string;
  readonly voided: { readonly code: VoidCode; readonly at: string } | null;
}

/** In the order they were given. */
export async function approvalsOf(tx: Tx, promotionIds: readonly string[]): Promise<ApprovalRow[]> {
  type Row = Omit<ApprovalRow, 'voided'> & { readonly voidCode: VoidCode | null; readonly voidedAt: string | null };
  const { rows } = await sql<Row>`
    select approval_id as id, promotion_id as "promotionId",
           json_build_object('id', person_id, 'name', person_name) as person, verdict, reason,
           release_digest as "releaseDigest", policy_digest as "policyDigest", is_valid as "isValid",
           void_code as "voidCode", voided_at as "voidedAt", decided_at as "decidedAt"
    from releases.approval where promotion_id = any(${promotionIds}::uuid[]) order by approval_id`.execute(tx);
  return rows.map(({ voidCode: code, voidedAt: at, ...row }) => ({
    ...row,
    voided: code === null || at === null ? null : { code, at },
  }));
}

export async function insertApproval(
  tx: Tx,
  tenantId: string,
  approval: Omit<ApprovalRow, 'isValid' | 'voided'>,
): Promise<ApprovalRow> {
  await sql`
    insert into releases.approval
      (tenant_id, approval_id, promotion_id, person_id, person_name, verdict, reason, release_digest, policy_digest,
       is_valid, decided_at)
    values (${tenantId}, ${approval.id}, ${approval.promotionId}, ${approval.person.id}, ${approval.person.name},
            ${approval.verdict}, ${approval.reason}, ${approval.releaseDigest}, ${approval.policyDigest}, true,
            ${approval.decidedAt})`.execute(tx);
  return { ...approval, isValid: true, voided: null };
}

export interface VoidedApproval {
  readonly approvalId: string;
  readonly code: VoidCode;
}

/** Approvals that count no more, with why; those that did not count before keep what is said of them. */
export async function voidApprovals(tx: Tx, voided: readonly VoidedApproval[], at: string): Promise<void> {
  if (voided.length === 0) return;
  const ids = voided.map(({ approvalId }) => approvalId);
  const codes = voided.map(({ code }) => code);
  await sql`
    update releases.approval a set is_valid = false, void_code = v.code, voided_at = ${at}
    from unnest(${ids}::uuid[], ${codes}::text[]) as v (id, code)
    where a.approval_id = v.id and a.is_valid`.execute(tx);
}

/** The reasons, each once, for the audit trail. */
export function codesOf(voided: readonly VoidedApproval[]): VoidCode[] {
  return [...new Set(voided.map(({ code }) => code))].toSorted();
}
