import type { BoardCell, Deployment, DeploymentTask, Step, Target } from '@stella-ops/contracts/deployments';
import type { PolicyException } from '@stella-ops/contracts/policy';
import type { Gate, Promotion } from '@stella-ops/contracts/releases';
import type { IconName } from './icon.tsx';

/** What a state means to the person who looks; each has a colour and a picture of its own. */
export type Tone = 'running' | 'human' | 'gate' | 'frozen' | 'held' | 'failed' | 'good' | 'stale' | 'unknown';

export const TONE_ICONS: Readonly<Record<Tone, IconName>> = {
  running: 'run',
  human: 'person',
  gate: 'clock',
  frozen: 'freeze',
  held: 'hold',
  failed: 'close',
  good: 'check',
  stale: 'none',
  unknown: 'question',
};

export interface StateLook {
  readonly tone: Tone;
  readonly word: string;
  readonly icon?: IconName;
}

export const PROMOTION_STATES: Readonly<Record<Promotion['state'], StateLook>> = {
  pending_gate: { tone: 'gate', word: 'Waits for a gate' },
  pending_approval: { tone: 'human', word: 'Waits for approval' },
  approved: { tone: 'good', word: 'Approved' },
  rejected: { tone: 'failed', word: 'Rejected' },
  deploying: { tone: 'running', word: 'Deploying' },
  deployed: { tone: 'good', word: 'Deployed' },
  failed: { tone: 'failed', word: 'Failed', icon: 'alert' },
  cancelled: { tone: 'stale', word: 'Cancelled' },
  rolled_back: { tone: 'held', word: 'Rolled back', icon: 'undo' },
};

/** Blocked is not waiting: somebody has to do something before it can go on. */
const BLOCKED: StateLook = { tone: 'failed', word: 'Blocked', icon: 'blocked' };

export function promotionLook({ state, gates }: Pick<Promotion, 'state' | 'gates'>): StateLook {
  return state === 'pending_gate' && gates.some((gate) => gate.state === 'blocked') ? BLOCKED : PROMOTION_STATES[state];
}

export function cellLook({ state }: Pick<BoardCell, 'state'>, isBlocked: boolean): StateLook {
  return state === 'pending_gate' && isBlocked ? BLOCKED : CELL_STATES[state];
}

export const GATE_STATES: Readonly<Record<Gate['state'], StateLook>> = {
  passed: { tone: 'good', word: 'Passed' },
  blocked: BLOCKED,
  waiting: { tone: 'gate', word: 'Waiting' },
  skipped: { tone: 'stale', word: 'Skipped' },
};

export const CELL_STATES: Readonly<Record<BoardCell['state'], StateLook>> = {
  empty: { tone: 'stale', word: 'Nothing yet' },
  approved: { tone: 'good', word: 'Approved' },
  deploying: { tone: 'running', word: 'Deploying' },
  deployed: { tone: 'good', word: 'Deployed' },
  failed: { tone: 'failed', word: 'Failed', icon: 'alert' },
  pending_gate: { tone: 'gate', word: 'Waits for a gate' },
  pending_approval: { tone: 'human', word: 'Waits for approval' },
  frozen: { tone: 'frozen', word: 'Frozen' },
};

export const DEPLOYMENT_STATES: Readonly<Record<Deployment['state'], StateLook>> = {
  pending: { tone: 'gate', word: 'Pending' },
  running: { tone: 'running', word: 'Running' },
  succeeded: { tone: 'good', word: 'Succeeded' },
  failed: { tone: 'failed', word: 'Failed', icon: 'alert' },
  rolling_back: { tone: 'running', word: 'Rolling back', icon: 'undo' },
  rolled_back: { tone: 'held', word: 'Rolled back', icon: 'undo' },
  cancelled: { tone: 'stale', word: 'Cancelled' },
};

export const TASK_STATES: Readonly<Record<DeploymentTask['state'], StateLook>> = {
  waiting: { tone: 'stale', word: 'Waits for its batch', icon: 'clock' },
  queued: { tone: 'gate', word: 'Queued' },
  running: { tone: 'running', word: 'Running' },
  succeeded: { tone: 'good', word: 'Succeeded' },
  failed: { tone: 'failed', word: 'Failed', icon: 'alert' },
  skipped: { tone: 'stale', word: 'Skipped' },
  cancelled: { tone: 'stale', word: 'Cancelled' },
};

export const STEP_STATES: Readonly<Record<Step['state'], StateLook>> = {
  pending: { tone: 'stale', word: 'Pending', icon: 'circle' },
  running: { tone: 'running', word: 'Running' },
  done: { tone: 'good', word: 'Done' },
  failed: { tone: 'failed', word: 'Failed', icon: 'alert' },
  skipped: { tone: 'stale', word: 'Skipped' },
  undone: { tone: 'held', word: 'Undone', icon: 'undo' },
};

export const TARGET_STATES: Readonly<Record<Target['status'], StateLook>> = {
  online: { tone: 'good', word: 'Online' },
  stale: { tone: 'stale', word: 'Not heard of', icon: 'clock' },
  never_seen: { tone: 'unknown', word: 'Never seen' },
};

export const EXCEPTION_STATES: Readonly<Record<PolicyException['state'], StateLook>> = {
  draft: { tone: 'stale', word: 'Draft', icon: 'circle' },
  pending_review: { tone: 'human', word: 'Waits for review' },
  approved: { tone: 'good', word: 'Approved' },
  rejected: { tone: 'failed', word: 'Rejected' },
  revoked: { tone: 'held', word: 'Revoked', icon: 'undo' },
  expired: { tone: 'stale', word: 'Expired', icon: 'clock' },
};
