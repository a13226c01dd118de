import type { ExceptionState } from '@stella-ops/contracts/policy';
import type { Timestamp } from '@stella-ops/engine-kernel';
import type * as z from 'zod';

export type State = z.output<typeof ExceptionState>;
export type ExceptionEvent = 'request' | 'draft' | 'submit' | 'approve' | 'reject' | 'revoke' | 'expire';

/** What a guard looks at. */
export interface Attempt {
  /** Id of the person who is answerable; nobody for what time brings about. */
  readonly actor: string | null;
  /** Whether that person acts, by whatever login or token; a program of its own right is nobody who decides. */
  readonly isPerson: boolean;
  readonly requestedBy: string;
  readonly at: Timestamp;
  readonly expiresAt: Timestamp;
}

/** A condition of a transition, with the code and sentence for when it does not hold. */
export interface Guard {
  readonly name: string;
  readonly code: 'EXCEPTION_STATE' | 'EXCEPTION_SELF_APPROVAL';
  readonly sentence: string;
  holds(attempt: Attempt): boolean;
}

export interface Transition {
  readonly from: State | null;
  readonly event: ExceptionEvent;
  readonly guards: readonly Guard[];
  readonly to: State;
}

const person: Guard = {
  name: 'a person',
  code: 'EXCEPTION_SELF_APPROVAL',
  sentence: 'only a person decides on an exception',
  holds: ({ actor, isPerson }) => actor !== null && isPerson,
};
const anotherPerson: Guard = {
  name: 'another person',
  code: 'EXCEPTION_SELF_APPROVAL',
  sentence: 'who asked for an exception does not decide on it',
  holds: ({ actor, requestedBy }) => actor !== null && actor !== requestedBy,
};
const beforeItsEnd: Guard = {
  name: 'before its end',
  code: 'EXCEPTION_STATE',
  sentence: 'the time that the exception was asked for is over, so it will expire; ask for another',
  holds: ({ at, expiresAt }) => at < expiresAt,
};
const afterItsEnd: Guard = {
  name: 'after its end',
  code: 'EXCEPTION_STATE',
  sentence: 'the time of the exception is not over',
  holds: ({ at, expiresAt }) => at >= expiresAt,
};

/** The life of an exception. `rejected`, `revoked` and `expired` are ends: what is needed again is asked for again. */
export const EXCEPTION_TRANSITIONS: readonly Transition[] = [
  { from: null, event: 'draft', guards: [], to: 'draft' },
  { from: null, event: 'request', guards: [], to: 'pending_review' },
  { from: 'draft', event: 'submit', guards: [beforeItsEnd], to: 'pending_review' },
  { from: 'draft', event: 'expire', guards: [afterItsEnd], to: 'expired' },
  { from: 'pending_review', event: 'approve', guards: [person, anotherPerson, beforeItsEnd], to: 'approved' },
  { from: 'pending_review', event: 'reject', guards: [person, anotherPerson], to: 'rejected' },
  { from: 'pending_review', event: 'expire', guards: [afterItsEnd], to: 'expired' },
  { from: 'approved', event: 'revoke', guards: [], to: 'revoked' },
  { from: 'approved', event: 'expire', guards: [afterItsEnd], to: 'expired' },
];

export type Step =
  | { readonly ok: true; readonly to: State }
  | { readonly ok: false; readonly code: Guard['code']; readonly sentence: string };

/** Where an event leads from a state, or why it leads nowhere. The first guard that does not hold answers. */
export function stepException(from: State | null, event: ExceptionEvent, attempt: Attempt): Step {
  const transition = EXCEPTION_TRANSITIONS.find((row) => row.from === from && row.event === event);
  if (transition === undefined) {
    return { ok: false, code: 'EXCEPTION_STATE', sentence: blindAlley(from, event) };
  }
  const broken = transition.guards.find((guard) => !guard.holds(attempt));
  return broken === undefined
    ? { ok: true, to: transition.to }
    : { ok: false, code: broken.code, sentence: broken.sentence };
}

const STATE_WORDS: Readonly<Record<State, string>> = {
  draft: 'a draft',
  pending_review: 'pending review',
  approved: 'approved',
  rejected: 'rejected',
  revoked: 'revoked',
  expired: 'expired',
};
const EVENT_WORDS: Readonly<Record<ExceptionEvent, string>> = {
  request: 'requested',
  draft: 'drafted',
  submit: 'submitted',
  approve: 'approved',
  reject: 'rejected',
  revoke: 'revoked',
  expire: 'expired',
};

/** Why an event leads nowhere, and what people can do instead. */
function blindAlley(from: State | null, event: ExceptionEvent): string {
  const ways = EXCEPTION_TRANSITIONS.filter((row) => row.from === from && row.event !== 'expire');
  const words = ways.map((row) => EVENT_WORDS[row.event]).join(' or ');
  const state = from === null ? 'new' : STATE_WORDS[from];
  const instead = words === '' ? 'that is its end: ask for another' : `it can be ${words}`;
  return `the exception is ${state} and cannot be ${EVENT_WORDS[event]}; ${instead}`;
}

/** Whether decisions may depend on an exception in this state. */
export function isInForce(state: State): boolean {
  return state === 'approved';
}
