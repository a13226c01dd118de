import type { Gate } from '@stella-ops/contracts/releases';
import { waitsForAuthority } from './gates/approval-gate.ts';
import { count, isMet, minute } from './gates/gate.ts';
import type { PromotionState } from './promotion-states.ts';

/** Why a promotion under way is where it is, and what comes next: the same text everywhere. */
export function openSentence(state: PromotionState, gates: readonly Gate[]): string {
  const approval = gates.find((gate) => gate.name === 'approval');
  const unmet = gates.filter((gate) => gate.name !== 'approval' && !isMet(gate));
  if (state === 'pending_approval' && approval !== undefined) {
    if (isMet(approval)) return `${LAST_LOOK} ${approval.sentence}`;
    if (waitsForAuthority(approval)) return `All other gates are met. ${approval.sentence}`;
    return `All other gates are met; it waits for people. ${approval.sentence}`;
  }
  const first = unmet.find((gate) => gate.state === 'blocked') ?? unmet[0];
  if (first === undefined) return LAST_LOOK;
  const rest = unmet.length - 1;
  const more = rest === 0 ? '' : ` ${count(rest, 'more condition is', 'more conditions are')} not met.`;
  return `${first.state === 'blocked' ? 'Blocked' : 'Waiting'}: ${first.sentence}${more}`;
}

const LAST_LOOK = 'Everything is there; the gates are looked at once more before it is approved.';

export const REQUESTED_SENTENCE = 'It was just asked for; its gates are being looked at.';

export function approvedSentence(environment: string, gates: readonly Gate[]): string {
  const approval = gates.find((gate) => gate.name === 'approval');
  return `Approved for ${environment}: every gate is met. ${approval?.sentence ?? ''}`.trimEnd();
}

export function rejectedSentence(person: string, reason: string): string {
  return `${person} rejected it: ${reason}`;
}

export function cancelledSentence(person: string, reason: string): string {
  return `${person} cancelled it: ${reason}`;
}

/** What people can do about an approved promotion that cannot be deployed any more. */
export const AGAIN_OR_CANCEL = 'Ask for it again, or cancel it.';

/** The same for one that can be, once something is put right. */
export const DEPLOY_OR_CANCEL = 'Deploy it when that has changed, or cancel it.';

export function expiredSentence(expiresAt: string): string {
  return `It ended by itself at ${minute(expiresAt)}, because it was not approved by then; ask for it again if it is still wanted.`;
}
