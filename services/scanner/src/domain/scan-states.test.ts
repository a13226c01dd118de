import { expect, test } from 'vitest';
import { isFinal, nextStatus, type ScanEvent, type ScanStatus } from './scan-states.ts';

test('a scan that ended stays as it ended, whatever comes late', () => {
  for (const status of ['succeeded', 'failed'] as const satisfies ScanStatus[]) {
    expect(isFinal(status)).toBe(true);
    for (const event of ['start', 'postpone', 'succeed', 'fail'] as const satisfies ScanEvent[]) {
      expect(nextStatus(status, event)).toBeUndefined();
    }
  }
});

test('a scan that nobody has started cannot end', () => {
  expect([nextStatus('queued', 'succeed'), nextStatus('queued', 'fail')]).toEqual([undefined, undefined]);
  expect([isFinal('queued'), isFinal('running')]).toEqual([false, false]);
});

test('an attempt whose process died is started again', () => {
  expect(nextStatus('running', 'start')).toBe('running');
});
