import { actorOf } from '@stella-ops/contracts';
import type { EvidencePacket } from '@stella-ops/contracts/evidence';
import type { RequestContext } from '@stella-ops/platform/http';
import { fail } from '../errors.ts';
import type { Sealing } from '../sealing.ts';
import { findPacketOf } from '../store/packets.ts';
import { prepareDecision } from './prepare-decision.ts';
import { readDecision } from './read-decision.ts';
import { recordPacket } from './record-packet.ts';

interface Answer {
  readonly status: 200 | 201;
  readonly body: EvidencePacket;
}

/**
 * Seals a decision for somebody who waits.
 *
 * @throws AppError `DECISION_UNKNOWN`, `DECISION_UNSEALABLE`, and what policy and the attestor answer
 */
export async function sealDecisionNow(sealing: Sealing, decisionId: string, context: RequestContext): Promise<Answer> {
  const { host, clock, record } = sealing;
  const { tenantId } = context.caller;
  const startedMs = clock.monotonicMs();
  const to = { tenantId, onBehalfOf: actorOf(context.caller) };
  const decision = await readDecision(sealing, to, decisionId);
  const of = { kind: 'decision', subjectId: decisionId, state: '' } as const;
  const sealed = await host.database.withTenant(tenantId, (tx) => findPacketOf(tx, of), { isReadOnly: true });
  if (sealed !== undefined) return { status: 200, body: sealed };

  const prepared = await prepareDecision(sealing, to, decision);
  if (!prepared.ok) {
    throw fail('DECISION_UNSEALABLE', `the decision is not sealed: ${prepared.sentence}`, {
      details: { reason: prepared.code },
    });
  }
  const answer = await host.change(context, async (tx, change): Promise<Answer> => {
    const { packet, isNew } = await recordPacket(sealing, tx, tenantId, prepared.packet);
    change.audit({ type: 'evidence-packet', id: packet.id }, { kind: packet.kind, subject: packet.subjectId, isNew });
    return { status: isNew ? 201 : 200, body: packet };
  });
  if (answer.status === 201) {
    record.sealed(1, { kind: 'decision' });
    record.sealSeconds((clock.monotonicMs() - startedMs) / 1000, { kind: 'decision' });
  }
  return answer;
}
