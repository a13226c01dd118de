import { describe, expect, it } from 'vitest';
import { nextEnvironment } from './next-environment.ts';

const environments = [
  { id: 'prod', order: 3 },
  { id: 'dev', order: 1 },
  { id: 'stage', order: 2 },
];

describe('where a release goes next', () => {
  it('is the lowest environment that it has not reached', () => {
    expect(nextEnvironment(environments, [])?.id).toBe('dev');
    expect(nextEnvironment(environments, [{ environmentId: 'dev', state: 'deployed' }])?.id).toBe('stage');
  });

  it('is nowhere while it is on its way: what lies beyond would only wait', () => {
    for (const state of ['pending_gate', 'pending_approval', 'deploying'] as const) {
      const promotions = [
        { environmentId: 'dev', state: 'approved' as const },
        { environmentId: 'stage', state },
      ];
      expect(nextEnvironment(environments, promotions)).toBeUndefined();
    }
  });

  it('is where it was refused or failed before', () => {
    for (const state of ['rejected', 'failed', 'cancelled', 'rolled_back'] as const) {
      expect(nextEnvironment(environments, [{ environmentId: 'dev', state }])?.id).toBe('dev');
    }
  });

  it('is nowhere when it is everywhere', () => {
    const all = environments.map(({ id }) => ({ environmentId: id, state: 'deployed' as const }));
    expect(nextEnvironment(environments, all)).toBeUndefined();
  });
});
