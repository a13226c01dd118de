import type { Gate } from '@stella-ops/contracts/releases';
import type { ApprovalFact, LostApproval, Unavailable } from '../facts.ts';
import { count, gateOf, trimmed } from './gate.ts';

export interface ApprovalRule {
  readonly requiredApprovals: number;
  readonly isSeparationOfDuties: boolean;
}

export interface GivenApprovals {
  /** Those that count. */
  readonly standing: readonly ApprovalFact[];
  /** People whose approvals do not count any more. */
  readonly lost: readonly LostApproval[];
  /** Authority did not say whether those who approved may still do so. */
  readonly unknown?: Unavailable | undefined;
}

/**
 * So many people as the environment asks for have approved, and may still approve.
 *
 * @param requestedBy who asked: with separation of duties no approval of that person counts
 */
export function approvalGate(
  at: string,
  { requiredApprovals, isSeparationOfDuties }: ApprovalRule,
  requestedBy: { readonly id: string; readonly name: string },
  { standing, lost, unknown }: GivenApprovals,
): Gate {
  const name = 'approval';
  if (requiredApprovals === 0) {
    return gateOf(at, { name, state: 'passed', sentence: 'This environment asks for no approval.' });
  }
  const given = standing.length;
  const by = given === 0 ? '' : ` (${standing.map(({ personName }) => personName).join(', ')})`;
  const isUnknown = unknown !== undefined && given > 0;
  const doubt = isUnknown
    ? ` Whether ${given === 1 ? 'that person' : 'these people'} may still approve is not known: ${unknown.service} did not answer (${trimmed(unknown.message)}); it is asked again by itself.`
    : '';
  const sentence = `${given} of ${count(requiredApprovals, 'approval')} given${by}.${lostSentences(lost, isSeparationOfDuties ? requestedBy : undefined)}${doubt}`;
  if (given < requiredApprovals) {
    const but = isSeparationOfDuties ? ` other than ${requestedBy.name}, who asked` : '';
    return gateOf(at, {
      name,
      state: 'waiting',
      sentence,
      fix: `${count(requiredApprovals - given, 'more person has', 'more people have')} to approve it.`,
      unblockedBy: `anybody who may approve promotions (promotion.approve)${but}`,
    });
  }
  if (!isUnknown) return gateOf(at, { name, state: 'passed', sentence });
  const unblockedBy = 'an operator of this installation, if it lasts';
  return gateOf(at, { name, state: 'waiting', sentence, unblockedBy });
}

/** Whether it waits for nothing but Authority: there is nothing that people could do about it. */
export function waitsForAuthority(gate: Gate): boolean {
  return gate.name === 'approval' && gate.state === 'waiting' && gate.fix === null;
}

function lostSentences(
  lost: readonly LostApproval[],
  barred: { readonly id: string; readonly name: string } | undefined,
) {
  const isOwn = lost.some(({ personId }) => personId === barred?.id);
  const others = lost.filter(({ personId }) => personId !== barred?.id);
  const unfit = others.filter(({ code }) => code === 'right_lost').map(({ personName }) => personName);
  const changed = others.length - unfit.length;
  const why = changed === 1 ? 'counts: what it was given for' : 'count: what they were given for';
  const those = unfit.length === 1 ? 'that approval is' : 'those approvals are';
  return [
    changed === 0 ? '' : ` ${count(changed, 'earlier approval')} no longer ${why} has changed.`,
    unfit.length === 0 ? '' : ` ${unfit.join(', ')} may no longer approve promotions: ${those} void.`,
    isOwn ? ` ${barred?.name}'s own approval does not count: ${barred?.name} asked.` : '',
  ].join('');
}
