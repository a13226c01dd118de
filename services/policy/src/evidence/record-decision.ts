import type { Decision } from '@stella-ops/contracts/policy';
import type { Transaction } from 'kysely';
import { findDecision, insertDecision } from '../store/decisions.ts';
import { holdRevision } from '../store/state.ts';
import type { Evidence } from './gather.ts';

/** What a decision depends on has changed while it was made: it must be made again. Never leaves this service. */
export class EvidenceChanged extends Error {
  override readonly name = 'EvidenceChanged';
}

/**
 * Writes a decision in the transaction in which it is also published: only while packs and exceptions are those that it
 * was made from.
 *
 * @returns whether it is new; an equal one stands already when not
 * @throws EvidenceChanged
 */
export async function recordDecision<T>(
  tx: Transaction<T>,
  tenantId: string,
  evidence: Evidence,
  decision: Decision,
): Promise<boolean> {
  if ((await holdRevision(tx, tenantId)) !== evidence.revision) throw new EvidenceChanged();
  if (await insertDecision(tx, tenantId, decision)) return true;
  const standing = await findDecision(tx, tenantId, decision.id);
  // The same input at the same millisecond for another purpose: the next millisecond is as good.
  if (standing?.purpose !== decision.purpose) throw new EvidenceChanged();
  return false;
}

export function decisionFact(decision: Decision) {
  const { id, imageDigest, environment, outcome, purpose, verdictDigest, findingsDigest } = decision;
  return {
    decisionId: id,
    imageDigest,
    environment,
    outcome,
    purpose,
    verdictDigest,
    findingsDigest,
    advisorySnapshot: decision.advisorySnapshot,
    evaluatedAt: decision.evaluatedAt,
  };
}

const ATTEMPTS = 3;

/**
 * Repeats what {@link EvidenceChanged} ended, a few times.
 *
 * @param run `attempt` from 0: milliseconds by which the decision's time is later, so that its input is another one
 * @returns undefined when the evidence changed every time
 */
export async function untilUnchanged<R>(run: (attempt: number) => Promise<R>): Promise<R | undefined> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      return await run(attempt);
    } catch (error) {
      if (!(error instanceof EvidenceChanged)) throw error;
    }
  }
  return undefined;
}
