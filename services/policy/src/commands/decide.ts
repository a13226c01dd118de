import { actorOf } from '@stella-ops/contracts';
import { type Decision, POLICY_EVENTS } from '@stella-ops/contracts/policy';
import type { Timestamp } from '@stella-ops/engine-kernel';
import type { RequestContext } from '@stella-ops/platform/http';
import { fail } from '../errors.ts';
import { decisionView } from '../evidence/decision-view.ts';
import { gather } from '../evidence/gather.ts';
import { judgeEvidence } from '../evidence/judge-evidence.ts';
import { keepDocuments } from '../evidence/keep-documents.ts';
import { knownImage } from '../evidence/known-image.ts';
import { decisionFact, recordDecision, untilUnchanged } from '../evidence/record-decision.ts';
import type { PolicyParts } from '../parts.ts';

export interface DecideBody {
  readonly imageDigest: string;
  readonly policy?: string | undefined;
  readonly environment?: string | undefined;
  readonly purpose: 'promotion' | 'request';
}

/** Judges an image by what is known now and records the verdict. */
export async function decideImage(parts: PolicyParts, context: RequestContext, body: DecideBody) {
  const { tenantId } = context.caller;
  const onBehalfOf = actorOf(context.caller);
  const { environment, purpose, policy } = body;
  const reply = await untilUnchanged(async (attempt) => {
    const image = await knownImage(parts, tenantId, body.imageDigest, onBehalfOf);
    const evidence = await gather(parts, { tenantId, image, policy, onBehalfOf });
    const evaluatedAt = laterBy(parts.clock.now(), attempt);
    const judged = await judgeEvidence(parts, { tenantId, evidence, environment, evaluatedAt, wantsDocuments: true });
    await keepDocuments(parts, tenantId, judged);
    const decision: Decision = decisionView(evidence, judged, { purpose, environment });
    return parts.host.change(context, async (tx, change) => {
      const isNew = await recordDecision(tx, tenantId, evidence, decision);
      if (isNew) await change.publish(POLICY_EVENTS.decisionRecorded, decisionFact(decision));
      change.audit({ type: 'decision', id: decision.id }, { image: image.digest, outcome: decision.outcome, purpose });
      return { status: 201 as const, body: decision };
    });
  });
  if (reply === undefined) throw fail('EVIDENCE_CHANGING', 'packs or exceptions changed while the decision was made');
  parts.record.decisions(1, { outcome: reply.body.outcome, purpose });
  return reply;
}

function laterBy(at: Timestamp, ms: number): Timestamp {
  return ms === 0 ? at : new Date(Date.parse(at) + ms).toISOString();
}
