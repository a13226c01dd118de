import type { FreezeFact } from './facts.ts';
import { nextFreezeChange } from './gates/freeze-gate.ts';

const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 300_000;

export interface NextLook {
  readonly at: string;
  readonly expiresAt: string;
  readonly freezes: readonly FreezeFact[];
  /** Evaluations in a row in which a service did not answer; 0: all answered. */
  readonly failures: number;
  /** Whether it waits for something that an event will tell. The event may be missed by a defect: look anyway. */
  readonly isWaiting: boolean;
}

/** When the gates must be looked at again although nothing happened. */
export function nextLook({ at, expiresAt, freezes, failures, isWaiting }: NextLook): string {
  const times = [expiresAt];
  const change = nextFreezeChange(at, freezes);
  if (change !== undefined) times.push(change);
  if (failures > 0) times.push(later(at, Math.min(FIRST_RETRY_MS * 2 ** Math.min(failures - 1, 10), LONGEST_RETRY_MS)));
  else if (isWaiting) times.push(later(at, LONGEST_RETRY_MS));
  return times.toSorted()[0] ?? expiresAt;
}

/** A time so many milliseconds later. */
export function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
