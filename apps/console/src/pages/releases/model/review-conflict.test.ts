import type { Promotion } from '@stella-ops/contracts/releases';
import { describe, expect, it } from 'vitest';
import { reviewConflict } from './review-conflict.ts';

const promotion = (changes: Partial<Promotion> = {}): Promotion => ({
  id: '01a1febf-6347-7187-9a0f-d2a84ec12e38',
  releaseId: '01a1febf-6111-7574-923d-a4a016b03a51',
  release: 'shop 1.2.0',
  environmentId: '01a1febf-4baa-76b2-9e69-af600fc1544a',
  environment: 'stage',
  state: 'pending_approval',
  sentence: '',
  reason: '',
  requestedBy: { id: 'rosa-id', name: 'rosa' },
  gates: [],
  approvals: [],
  requiredApprovals: 1,
  packetId: null,
  version: 1,
  requestedAt: '2026-11-21T10:00:00.000Z',
  updatedAt: '2026-11-21T10:00:00.000Z',
  decidedAt: null,
  expiresAt: '2026-12-05T10:00:00.000Z',
  ...changes,
});
const approval = (isValid: boolean) => ({
  person: { id: 'sam-id', name: 'sam' },
  verdict: 'approved' as const,
  reason: 'fine',
  releaseDigest: `sha256:${'a'.repeat(64)}`,
  policyDigest: null,
  isValid,
  decidedAt: '2026-11-21T10:00:00.000Z',
});
const strict = { isSeparationOfDuties: true };
const rosa = { id: 'rosa-id', name: 'rosa', mayApprove: true };
const sam = { id: 'sam-id', name: 'sam', mayApprove: true };

describe('who can approve', () => {
  it('asks another person than the one who requested', () => {
    expect(reviewConflict(promotion(), strict, sam)).toBeNull();
    expect(reviewConflict(promotion(), strict, rosa)).toContain('You requested this');
  });

  it('lets people approve their own requests where the environment says so', () => {
    expect(reviewConflict(promotion(), { isSeparationOfDuties: false }, rosa)).toBeNull();
  });

  it('assumes separation of duties while the environment is not known', () => {
    expect(reviewConflict(promotion(), undefined, rosa)).toContain('You requested this');
  });

  it('counts one approval of a person, unless it is void', () => {
    expect(reviewConflict(promotion({ approvals: [approval(true)] }), strict, sam)).toContain('already');
    expect(reviewConflict(promotion({ approvals: [approval(false)] }), strict, sam)).toBeNull();
  });

  it('names the missing permission', () => {
    expect(reviewConflict(promotion(), strict, { ...sam, mayApprove: false })).toContain('promotion.approve');
  });

  it('asks nobody before the gates are met, or after the end', () => {
    expect(reviewConflict(promotion({ state: 'pending_gate' }), strict, sam)).toContain('gates');
    expect(reviewConflict(promotion({ state: 'deployed' }), strict, sam)).toContain('does not wait');
  });
});
