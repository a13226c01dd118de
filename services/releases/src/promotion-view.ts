import type { Approval, Promotion, Release, VoidCode } from '@stella-ops/contracts/releases';
import { manifestDigestsOf } from './domain/release-digest.ts';
import { voidSentence } from './domain/void-sentence.ts';
import type { PromotionState } from './domain/promotion-states.ts';
import { approvalsOf, type ApprovalRow } from './store/approvals.ts';
import type { PromotionRow } from './store/promotions.ts';
import type { Tx } from './store/tx.ts';

/** Promotions as the API shows them, with the approvals of each. */
export async function promotionViews(tx: Tx, rows: readonly PromotionRow[]): Promise<Promotion[]> {
  const approvals = await approvalsOf(
    tx,
    rows.map(({ id }) => id),
  );
  return rows.map((row) =>
    promotionView(
      row,
      approvals.filter(({ promotionId }) => promotionId === row.id),
    ),
  );
}

export function promotionView(row: PromotionRow, approvals: readonly ApprovalRow[]): Promotion {
  return {
    id: row.id,
    releaseId: row.releaseId,
    release: row.release,
    environmentId: row.environmentId,
    environment: row.environment,
    state: row.state,
    sentence: row.sentence,
    reason: row.reason,
    requestedBy: row.requestedBy,
    gates: [...row.gates],
    approvals: approvals.map(approvalView),
    requiredApprovals: row.requiredApprovals,
    packetId: row.packetId,
    version: row.version,
    requestedAt: row.requestedAt,
    updatedAt: row.updatedAt,
    decidedAt: row.decidedAt,
    expiresAt: row.expiresAt,
  };
}

function approvalView({ id: _id, promotionId: _promotionId, voided, ...approval }: ApprovalRow): Approval {
  const sentence = (code: VoidCode): string => voidSentence(code, approval.person.name);
  return { ...approval, voided: voided === null ? null : { ...voided, sentence: sentence(voided.code) } };
}

/** What `releases.promotion.changed` tells. */
export function promotionFact(
  { id, releaseId, environment }: Pick<PromotionRow, 'id' | 'releaseId' | 'environment'>,
  release: Pick<Release, 'components'>,
  step: { readonly from: PromotionState | null; readonly to: PromotionState; readonly version: number },
) {
  return { promotionId: id, releaseId, environment, ...step, imageDigests: manifestDigestsOf(release.components) };
}
