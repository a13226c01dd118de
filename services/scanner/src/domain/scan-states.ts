import type { Scan } from '@stella-ops/contracts/scanner';

export type ScanStatus = Scan['status'];
export type ScanEvent = 'start' | 'postpone' | 'succeed' | 'fail';

/**
 * The life of a scan. `start` from `running`: the process of the attempt before died, and the job is given out again.
 */
export const SCAN_STATES: readonly { readonly from: ScanStatus; readonly event: ScanEvent; readonly to: ScanStatus }[] =
  [
    { from: 'queued', event: 'start', to: 'running' },
    { from: 'running', event: 'start', to: 'running' },
    { from: 'running', event: 'postpone', to: 'queued' },
    { from: 'running', event: 'succeed', to: 'succeeded' },
    { from: 'running', event: 'fail', to: 'failed' },
  ];

/** Where an event leads; undefined when it means nothing in this state: somebody else was first. */
export function nextStatus(from: ScanStatus, event: ScanEvent): ScanStatus | undefined {
  return SCAN_STATES.find((row) => row.from === from && row.event === event)?.to;
}

export function isFinal(status: ScanStatus): boolean {
  return SCAN_STATES.every((row) => row.from !== status);
}
