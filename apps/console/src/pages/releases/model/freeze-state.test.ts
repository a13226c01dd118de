import type { Freeze } from '@stella-ops/contracts/releases';
import { describe, expect, it } from 'vitest';
import { freezeOf } from './freeze-state.ts';

const freeze = (startsAt: string, endsAt: string): Freeze => ({
  id: '01a1febf-6347-7187-9a0f-d2a84ec12e38',
  startsAt: `2026-11-${startsAt}:00:00.000Z`,
  endsAt: `2026-11-${endsAt}:00:00.000Z`,
  reason: startsAt,
  createdBy: { id: 'rosa-id', name: 'rosa' },
});
const now = Date.parse('2026-11-21T12:00:00.000Z');

describe('whether an environment is frozen', () => {
  it('names the freeze that keeps it closed longest', () => {
    const freezes = [freeze('21T10', '21T13'), freeze('21T11', '21T20'), freeze('22T00', '23T00')];
    expect(freezeOf({ freezes }, now)).toEqual({ freeze: freezes[1], isActive: true });
  });

  it('names the next one when none is on, and none that is over', () => {
    const freezes = [freeze('20T00', '21T12'), freeze('24T00', '25T00'), freeze('22T00', '23T00')];
    expect(freezeOf({ freezes }, now)).toEqual({ freeze: freezes[2], isActive: false });
    expect(freezeOf({ freezes: freezes.slice(0, 1) }, now)).toBeUndefined();
  });
});
