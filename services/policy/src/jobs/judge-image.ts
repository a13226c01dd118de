import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import { parseDigest } from '@stella-ops/engine-kernel';
import { AppError } from '@stella-ops/engine-kernel/errors';
import { publishEvent } from '@stella-ops/platform/events';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import { changedMembers } from '../domain/judged-state.ts';
import { fail } from '../errors.ts';
import { decisionView } from '../evidence/decision-view.ts';
import { type Evidence, gather, stateOf } from '../evidence/gather.ts';
import { judgeEvidence } from '../evidence/judge-evidence.ts';
import { keepDocuments } from '../evidence/keep-documents.ts';
import { decisionFact, EvidenceChanged, recordDecision, untilUnchanged } from '../evidence/record-decision.ts';
import { type PolicyParts, SERVICE } from '../parts.ts';
import { findImage, type ImageRow, markJudged, setAnswer } from '../store/images.ts';

const Data = z.strictObject({
  imageDigest: z.string(),
  /** Why: a scan, or a state of the world that all images are held against. */
  occasion: z.string().max(300),
});
export type JudgeImageData = z.infer<typeof Data>;

export const JUDGE_IMAGE = {
  name: 'policy.judge-image',
  summary:
    'Holds the present advisories, VEX, policy and exceptions against an image, and tells when the answer is new',
};

export function judgeImageJob(parts: PolicyParts): Job<JudgeImageData> {
  return defineJob({
    name: JUDGE_IMAGE.name,
    schema: Data,
    key: ({ imageDigest, occasion }) => `${imageDigest} ${occasion}`,
    attempts: 6,
    backoff: { firstSeconds: 2, longestSeconds: 300 },
    timeoutMs: 600_000,
    run: async ({ imageDigest }, { tenantId }) => {
      // Whatever it was enqueued for: by the state of now, so that a late job never brings an old answer back.
      const done = await untilUnchanged(async (attempt) => {
        await judgeNow(parts, tenantId, imageDigest, attempt);
        return true;
      });
      if (done !== true) throw fail('EVIDENCE_CHANGING', 'packs or exceptions changed while the decision was made');
    },
  });
}

async function judgeNow(parts: PolicyParts, tenantId: string, imageDigest: string, attempt: number): Promise<void> {
  const { database } = parts.host;
  const row = await database.withTenant(tenantId, (tx) => findImage(tx, tenantId, imageDigest), { isReadOnly: true });
  if (row === undefined) return;
  const evidence = await gatherIfThere(parts, tenantId, row);
  // It goes on waiting: the first pack or snapshot has all images judged.
  if (evidence?.pack === undefined) return;
  const state = stateOf({ ...evidence, pack: evidence.pack });
  const settle = async (): Promise<void> => {
    await database.withTenant(tenantId, async (tx) => {
      if (!(await markJudged(tx, tenantId, row, state))) throw new EvidenceChanged();
    });
  };
  const changed = changedMembers(row.judgedState, state);
  if (changed.length === 0) return settle();

  const evaluatedAt = new Date(Date.parse(parts.clock.now()) + attempt).toISOString();
  const judged = await judgeEvidence(parts, { tenantId, evidence, evaluatedAt, wantsDocuments: true });
  const { answerDigest } = judged;
  if (answerDigest === row.answerDigest) return settle();
  await keepDocuments(parts, tenantId, judged);
  const decision = decisionView(evidence, judged, { purpose: 'continuous' });
  await database.withTenant(tenantId, async (tx) => {
    const isNew = await recordDecision(tx, tenantId, evidence, decision);
    if (!(await setAnswer(tx, tenantId, row, { state, answerDigest, decisionId: decision.id }))) {
      throw new EvidenceChanged();
    }
    if (!isNew) return;
    await publishEvent(tx, POLICY_EVENTS.decisionRecorded, {
      id: parts.ids.uuid(),
      tenantId,
      occurredAt: evaluatedAt,
      data: decisionFact(decision),
    });
    await parts.host.audit(tx, {
      tenantId,
      service: SERVICE,
      action: 'policy.decisions.renew',
      target: { type: 'decision', id: decision.id },
      details: { image: imageDigest, outcome: decision.outcome, changed },
    });
  });
  parts.record.decisions(1, { outcome: decision.outcome, purpose: 'continuous' });
}

async function gatherIfThere(parts: PolicyParts, tenantId: string, row: ImageRow): Promise<Evidence | undefined> {
  try {
    return await gather(parts, {
      tenantId,
      image: { digest: parseDigest(row.imageDigest), inventoryDigest: parseDigest(row.inventoryDigest) },
    });
  } catch (error) {
    const code = error instanceof AppError ? error.code : '';
    if (code === 'SNAPSHOT_MISSING' || code === 'POLICY_MISSING') return undefined;
    throw error;
  }
}
