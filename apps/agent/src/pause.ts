import { setTimeout as delay } from 'node:timers/promises';
import type { System } from './system.ts';

/** Timers count to 2³¹ ms, and stand still while a host sleeps. */
const LONGEST_MS = 3_600_000;

/** Waits for a wall-clock time, or until the signal is aborted. */
export async function pauseUntil(atMs: number, { clock }: System, signal: AbortSignal): Promise<void> {
  for (;;) {
    const leftMs = atMs - Date.parse(clock.now());
    if (leftMs <= 0 || signal.aborted) return;
    await pause(Math.min(leftMs, LONGEST_MS), signal);
  }
}

/** Resolves early when the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => undefined);
}
