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
 * @param voided how many approvals were given for something that has changed since
 */
export function approvalGate(
  at: string,
  { requiredApprovals, isSeparationOfDuties }: ApprovalRule,
  requestedBy: string,
  approvals: readonly ApprovalFact[],
  voided: number,
): Gate {
  const name = 'approval';
  if (requiredApprovals === 0) {
    return gateOf(at, { name, state: 'passed', sentence: 'This environment asks for no approval.' });
  }
  const given = approvals.length;
  const by = given === 0 ? '' : ` (${approvals.map(({ personName }) => personName).join(', ')})`;
  const lost =
    voided === 0
      ? ''
      : ` ${count(voided, 'earlier approval')} no longer ${voided === 1 ? 'counts' : 'count'}: what it was given for has changed.`;
  const sentence = `${given} of ${count(requiredApprovals, 'approval')} given${by}.${lost}`;
  if (given >= requiredApprovals) return gateOf(at, { name, state: 'passed', sentence });
  const but = isSeparationOfDuties ? ` other than ${requestedBy}, who asked` : '';
  return gateOf(at, {
    name,
    state: 'waiting',
    sentence,
    fix: `${count(requiredApprovals - given, 'more person has', 'more people have')} to approve it.`,
    unblockedBy: `anybody who may approve promotions (promotion.approve)${but}`,
  });
}
