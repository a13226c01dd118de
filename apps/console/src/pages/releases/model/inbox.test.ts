import type { Promotion } from '@stella-ops/contracts/releases';
import { samplePromotion } from '@stella-ops/contracts/testing';
import { describe, expect, it } from 'vitest';
import { inboxOf } from './inbox.ts';

const approval = {
  person: { id: 'sam-id', name: 'sam' },
  verdict: 'approved' as const,
  reason: 'fine',
  releaseDigest: `sha256:${'a'.repeat(64)}`,
  policyDigest: null,
  isValid: true,
  voided: null,
  decidedAt: '2026-11-21T10:00:00.000Z',
};

const promotion = (id: string, changes: Partial<Promotion>): Promotion =>
  samplePromotion({ id, expiresAt: '2026-12-05T10:00:00.000Z', ...changes });
const ids = (list: readonly Promotion[]): string[] => list.map(({ id }) => id);

describe('the approval inbox', () => {
  const late = promotion('late', { expiresAt: '2026-12-05T10:00:00.000Z' });
  const soon = promotion('soon', { expiresAt: '2026-11-22T10:00:00.000Z' });
  const own = promotion('own', {});

  it('shows what expires first at the top', () => {
    expect(ids(inboxOf([late, soon], [], []).needsMe)).toEqual(['soon', 'late']);
  });

  it('shows nothing twice: what waits for me does not wait for others', () => {
    expect(ids(inboxOf([late], [late, own, soon], []).others)).toEqual(['soon', 'own']);
  });

  it('calls done what people decided, the latest first', () => {
    const decided = (id: string, at: string): Promotion =>
      promotion(id, { state: 'approved', approvals: [approval], decidedAt: at });
    const recent = [
      decided('first', '2026-11-20T10:00:00.000Z'),
      decided('second', '2026-11-21T10:00:00.000Z'),
      promotion('without people', { state: 'approved' }),
      promotion('half way', { approvals: [approval] }),
    ];
    expect(ids(inboxOf([], [], recent).done)).toEqual(['second', 'first']);
  });
});
