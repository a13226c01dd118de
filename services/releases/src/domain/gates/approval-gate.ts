import type { Gate } from '@stella-ops/contracts/releases';
import type { ApprovalFact } from '../facts.ts';
import { count, gateOf } from './gate.ts';

export interface ApprovalRule {
  readonly requiredApprovals: number;
  readonly isSeparationOfDuties: boolean;
}

/**
 * So many people as the environment asks for have approved.
 *
 * @param requestedBy who asked: with separation of duties no approval of that person counts
 * @param voided ids of people whose approvals were given for something that has changed since
 */
export function approvalGate(
  at: string,
  { requiredApprovals, isSeparationOfDuties }: ApprovalRule,
  requestedBy: { readonly id: string; readonly name: string },
  approvals: readonly ApprovalFact[],
  voided: readonly string[],
): Gate {
  const name = 'approval';
  if (requiredApprovals === 0) {
    return gateOf(at, { name, state: 'passed', sentence: 'This environment asks for no approval.' });
  }
  const given = approvals.length;
  const by = given === 0 ? '' : ` (${approvals.map(({ personName }) => personName).join(', ')})`;
  const isOwn = isSeparationOfDuties && voided.includes(requestedBy.id);
  const lost = isOwn ? voided.length - 1 : voided.length;
  const why = lost === 1 ? 'counts: what it was given for' : 'count: what they were given for';
  const changed = lost === 0 ? '' : ` ${count(lost, 'earlier approval')} no longer ${why} has changed.`;
  const own = isOwn ? ` ${requestedBy.name}'s own approval does not count: ${requestedBy.name} asked.` : '';
  const sentence = `${given} of ${count(requiredApprovals, 'approval')} given${by}.${changed}${own}`;
  if (given >= requiredApprovals) return gateOf(at, { name, state: 'passed', sentence });
  const but = isSeparationOfDuties ? ` other than ${requestedBy.name}, who asked` : '';
  return gateOf(at, {
    name,
    state: 'waiting',
    sentence,
    fix: `${count(requiredApprovals - given, 'more person has', 'more people have')} to approve it.`,
    unblockedBy: `anybody who may approve promotions (promotion.approve)${but}`,
  });
}
