import type { z } from 'zod';
import type { PromotionState as States } from '@stella-ops/contracts/releases';

export type PromotionState = z.infer<typeof States>;

/** What can happen to a promotion. */
export type PromotionEvent =
  | 'requested'
  | 'gates-unmet'
  | 'gates-met'
  | 'all-met'
  | 'rejected'
  | 'cancelled'
  | 'expired'
  | 'deployment-started'
  | 'deployment-succeeded'
  | 'deployment-failed'
  | 'deployment-resumed'
  | 'deployment-rolled-back'
  | 'rolled-back-to';

export type PromotionEffect =
  /** The end is recorded: `decidedAt`, and an event from which evidence is sealed. */
  | 'decide'
  /** The release becomes the environment's current one. */
  | 'take-environment'
  /** What ran or was approved before is the environment's current release again. */
  | 'give-environment-back';

export interface Transition {
  /** Null: there is no promotion yet. */
  readonly from: PromotionState | null;
  readonly event: PromotionEvent;
  /** When it may happen, for readers; `decideState` and the commands check it. */
  readonly guard: string;
  readonly to: PromotionState;
  readonly effects: readonly PromotionEffect[];
}

const row = (
  from: PromotionState | null,
  event: PromotionEvent,
  to: PromotionState,
  guard: string,
  effects: readonly PromotionEffect[] = [],
): Transition => ({ from, event, guard, to, effects });

/**
 * Every way that a promotion can go. Gates come first: people are asked when nothing but people is missing, and gates
 * are looked at once more before the last approval takes effect.
 */
export const TRANSITIONS: readonly Transition[] = [
  row(null, 'requested', 'pending_gate', 'no promotion of the release to the environment is under way'),
  row('pending_gate', 'gates-met', 'pending_approval', 'every gate but approval is met'),
  row('pending_gate', 'all-met', 'approved', 'every gate is met by fresh decisions; whoever approved may approve', [
    'decide',
    'take-environment',
  ]),
  row('pending_gate', 'rejected', 'rejected', 'by a person who may approve', ['decide']),
  row('pending_gate', 'cancelled', 'cancelled', 'by anybody who may ask for promotions', ['decide']),
  row('pending_gate', 'expired', 'cancelled', 'its time is over', ['decide']),
  row('pending_approval', 'gates-unmet', 'pending_gate', 'a gate but approval is not met'),
  row('pending_approval', 'all-met', 'approved', 'every gate is met by fresh decisions; whoever approved may approve', [
    'decide',
    'take-environment',
  ]),
  row('pending_approval', 'rejected', 'rejected', 'by a person who may approve', ['decide']),
  row('pending_approval', 'cancelled', 'cancelled', 'by anybody who may ask for promotions', ['decide']),
  row('pending_approval', 'expired', 'cancelled', 'its time is over', ['decide']),
  row('approved', 'deployment-started', 'deploying', 'every gate is still met, and whoever approved may still approve'),
  row('approved', 'cancelled', 'cancelled', 'by anybody who may ask for promotions, before its deployment begins', [
    'decide',
    'give-environment-back',
  ]),
  row('deploying', 'deployment-succeeded', 'deployed', 'every target reports the digests of the release', ['decide']),
  row('deploying', 'deployment-failed', 'failed', 'a target could not take the release', ['decide']),
  row('failed', 'deployment-resumed', 'deploying', 'every gate is met, and nothing else was deployed there since'),
  row('deployed', 'deployment-rolled-back', 'rolled_back', 'the release before it runs again', ['decide']),
  row('failed', 'deployment-rolled-back', 'rolled_back', 'the release before it runs again', ['decide']),
  row('rolled_back', 'rolled-back-to', 'deployed', 'a rollback from what came after brought it back', ['decide']),
  row('failed', 'rolled-back-to', 'deployed', 'a rollback from what came after brought it back', ['decide']),
];

/** The row for an event in a state; `undefined` when the state does not allow it. */
export function transitionOf(from: PromotionState | null, event: PromotionEvent): Transition | undefined {
  return TRANSITIONS.find((transition) => transition.from === from && transition.event === event);
}

/** States in which gates are looked at and people decide. */
export const OPEN_STATES: readonly PromotionState[] = ['pending_gate', 'pending_approval'];

export function isOpen(state: PromotionState): boolean {
  return OPEN_STATES.includes(state);
}

/** Whether nothing happens any more by itself. */
export function isSettled(state: PromotionState): boolean {
  return !isOpen(state) && state !== 'deploying';
}

/** The table as a Mermaid state diagram. */
export function promotionDiagram(): string {
  const name = (state: PromotionState | null): string => state ?? '[*]';
  const ways = TRANSITIONS.map(({ from, event, to }) => `  ${name(from)} --> ${to}: ${event}`);
  const left = new Set(TRANSITIONS.map(({ from }) => from));
  const ends = [...new Set(TRANSITIONS.map(({ to }) => to))].filter((state) => !left.has(state));
  return ['stateDiagram-v2', ...ways, ...ends.map((state) => `  ${state} --> [*]`), ''].join('\n');
}
