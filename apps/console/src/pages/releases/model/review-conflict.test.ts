import type { Promotion } from '@stella-ops/contracts/releases';
import { samplePromotion } from '@stella-ops/contracts/testing';
import { describe, expect, it } from 'vitest';
import { reviewConflict } from './review-conflict.ts';

const promotion = (changes: Partial<Promotion> = {}): Promotion =>
  samplePromotion({ requestedBy: { id: 'rosa-id', name: 'rosa' }, ...changes });
const approval = (isValid: boolean) => ({
  person: { id: 'sam-id', name: 'sam' },
  verdict: 'approved' as const,
  reason: 'fine',
  releaseDigest: `sha256:${'a'.repeat(64)}`,
  policyDigest: null,
  isValid,
  voided: null,
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
