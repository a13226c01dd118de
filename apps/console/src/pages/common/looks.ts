import type { AuditEntry } from '@stella-ops/contracts/authority';
import type { Agent, Drift } from '@stella-ops/contracts/deployments';
import type { Finding, LedgerEntry } from '@stella-ops/contracts/findings';
import type { Decision, PolicyException } from '@stella-ops/contracts/policy';
import type { Scan } from '@stella-ops/contracts/scanner';
import type { SigningKey } from '@stella-ops/contracts/signer';
import type { StateLook } from '../../ui/index.ts';
import type { Check } from '../evidence/check/check-packet.ts';
import type { PolicyRow } from '../security/finding-trace.ts';

export const FINDING_STATES: Readonly<Record<Finding['status'], StateLook>> = {
  open: { tone: 'failed', word: 'Open', icon: 'alert' },
  not_affected: { tone: 'good', word: 'Not affected' },
  excepted: { tone: 'held', word: 'Excepted', icon: 'exception' },
  resolved: { tone: 'good', word: 'Resolved' },
  not_evaluated: { tone: 'unknown', word: 'Not decidable' },
};

export const LEDGER_WORDS: Readonly<Record<LedgerEntry['type'], string>> = {
  'finding.discovered': 'Found for the first time',
  'finding.status_changed': 'Status changed',
  'finding.verdict_changed': 'The policy says something else',
  'finding.vex_applied': 'A VEX statement answered it',
  'finding.resolved': 'No longer found',
};

export const OUTCOMES: Readonly<Record<Decision['outcome'], StateLook>> = {
  allow: { tone: 'good', word: 'Allowed' },
  deny: { tone: 'failed', word: 'Denied' },
  pending: { tone: 'human', word: 'A person decides' },
};

export const ACTIONS: Readonly<Record<PolicyRow['action'], StateLook>> = {
  allow: { tone: 'good', word: 'Allows' },
  warn: { tone: 'gate', word: 'Warns', icon: 'alert' },
  deny: { tone: 'failed', word: 'Denies' },
  pending: { tone: 'human', word: 'Asks a person' },
};

export const KEY_STATES: Readonly<Record<SigningKey['state'], StateLook>> = {
  active: { tone: 'good', word: 'Active' },
  retired: { tone: 'held', word: 'Retired', icon: 'lock' },
};

export const PURPOSES: Readonly<Record<Decision['purpose'], string>> = {
  continuous: 'A change',
  promotion: 'Promotion',
  request: 'Somebody asked',
};

export const SCAN_STATES: Readonly<Record<Scan['status'], StateLook>> = {
  queued: { tone: 'gate', word: 'Queued' },
  running: { tone: 'running', word: 'Running' },
  succeeded: { tone: 'good', word: 'Done' },
  failed: { tone: 'failed', word: 'Failed', icon: 'alert' },
};

export const VEX_STATES: Readonly<Record<string, StateLook>> = {
  not_affected: { tone: 'good', word: 'Not affected' },
  fixed: { tone: 'good', word: 'Fixed' },
  affected: { tone: 'failed', word: 'Affected', icon: 'alert' },
  under_investigation: { tone: 'gate', word: 'Under investigation' },
};

export function vexLook(status: string): StateLook {
  return (Object.hasOwn(VEX_STATES, status) ? VEX_STATES[status] : undefined) ?? { tone: 'unknown', word: status };
}

export const CHECK_STATES: Readonly<Record<Check['state'], StateLook>> = {
  passed: { tone: 'good', word: 'Holds' },
  failed: { tone: 'failed', word: 'Does not hold', icon: 'alert' },
  unknown: { tone: 'unknown', word: 'Cannot be told here' },
};

export const AGENT_STATES: Readonly<Record<Agent['status'], StateLook>> = {
  online: { tone: 'good', word: 'Online' },
  stale: { tone: 'stale', word: 'Not heard of', icon: 'clock' },
  revoked: { tone: 'failed', word: 'Revoked', icon: 'lock' },
  never_seen: { tone: 'unknown', word: 'Never seen' },
};

export const DRIFT_KINDS: Readonly<Record<Drift['kind'], StateLook>> = {
  wrong_digest: { tone: 'failed', word: 'Wrong digest', icon: 'drift' },
  missing: { tone: 'failed', word: 'Missing', icon: 'none' },
  rogue: { tone: 'gate', word: 'Not ours', icon: 'question' },
  unhealthy: { tone: 'failed', word: 'Unhealthy', icon: 'alert' },
  stale: { tone: 'stale', word: 'Not heard of', icon: 'clock' },
};

export const AUDIT_OUTCOMES: Readonly<Record<AuditEntry['outcome'], StateLook>> = {
  done: { tone: 'good', word: 'Done' },
  read: { tone: 'stale', word: 'Read', icon: 'search' },
  refused: { tone: 'failed', word: 'Refused', icon: 'lock' },
};

export const ACTIVE: StateLook = { tone: 'good', word: 'Active' };
export const INACTIVE: StateLook = { tone: 'stale', word: 'Inactive' };

/** States that a filter offers, in the order in which they come. */
export function choices(looks: Readonly<Record<string, StateLook>>): { id: string; label: string }[] {
  return Object.entries(looks).map(([id, { word }]) => ({ id, label: word }));
}

/** Whom an exception covers, as a sentence without its end. */
export function scopeOfException({ package: purl, imageDigest }: PolicyException): string {
  const what = purl ?? 'every package';
  return imageDigest === null ? `${what}, in every image` : `${what}, in one image`;
}
