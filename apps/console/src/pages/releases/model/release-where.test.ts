import { describe, expect, it } from 'vitest';
import { releaseWhere } from './release-where.ts';

const environments = ['prod', 'dev', 'stage'].map((name) => ({
  id: name,
  name,
  order: ['dev', 'stage', 'prod'].indexOf(name),
}));

describe('how far a release came', () => {
  it('names places in their order and what it waits for', () => {
    const promotions = [
      { environmentId: 'stage', state: 'deployed' as const },
      { environmentId: 'prod', state: 'pending_approval' as const },
      { environmentId: 'dev', state: 'deployed' as const },
    ];
    expect(releaseWhere(environments, promotions)).toBe('Deployed to dev, stage; waiting for prod.');
  });

  it('tells a release that was never promoted from one that was refused', () => {
    expect(releaseWhere(environments, [])).toBe('It was not promoted yet.');
    expect(releaseWhere(environments, [{ environmentId: 'dev', state: 'rejected' }])).toBe('It is nowhere now.');
  });
});
