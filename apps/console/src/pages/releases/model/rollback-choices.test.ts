import { describe, expect, it } from 'vitest';
import { rollbackChoices } from './rollback-choices.ts';

type One = Parameters<typeof rollbackChoices>[0][number];
const one = (releaseId: string, state: One['state']): One => ({ releaseId, state });

describe('what an environment can go back to', () => {
  it('is every release that stood there before, the newest first and once each', () => {
    const history = [one('c', 'failed'), one('b', 'succeeded'), one('a', 'succeeded'), one('b', 'succeeded')];
    expect(rollbackChoices(history).map(({ releaseId }) => releaseId)).toEqual(['b', 'a']);
  });

  it('is not the present one, nor one that never succeeded', () => {
    expect(rollbackChoices([one('b', 'succeeded'), one('b', 'succeeded')])).toEqual([]);
    expect(rollbackChoices([one('c', 'succeeded'), one('b', 'failed'), one('a', 'cancelled')])).toEqual([]);
    expect(rollbackChoices([])).toEqual([]);
  });
});
