import type { Gate } from '@stella-ops/contracts/releases';
import type { FreezeFact } from '../facts.ts';
import { gateOf, minute, trimmed } from './gate.ts';

/**
 * While an environment is frozen nothing goes there. A freeze holds from its first millisecond up to, and without, its
 * last; freezes that touch are one.
 */
export function freezeGate(at: string, environment: string, freezes: readonly FreezeFact[]): Gate {
  const name = 'freeze';
  const active = freezes.filter((freeze) => freeze.startsAt <= at && at < freeze.endsAt);
  const [longest] = active.toSorted((a, b) => (a.endsAt < b.endsAt ? 1 : -1));
  if (longest === undefined) {
    const next = firstOf(freezes.filter((freeze) => freeze.startsAt > at).map((freeze) => freeze.startsAt));
    const after = next === undefined ? '' : ` The next freeze begins at ${minute(next)}.`;
    return gateOf(at, {
      name,
      state: 'passed',
      sentence: `${environment} is not frozen.${after}`,
      changesAt: next ?? null,
    });
  }
  const end = endOfRun(longest.endsAt, freezes);
  return gateOf(at, {
    name,
    state: 'blocked',
    sentence: `${environment} is frozen until ${minute(end)} by ${longest.createdBy}: ${trimmed(longest.reason)}.`,
    fix: 'Wait for its end, or have the freeze ended.',
    unblockedBy: 'anybody who may change environments (environment.write)',
    changesAt: end,
  });
}

/** When the freezes say something else for the first time after `at`. */
export function nextFreezeChange(at: string, freezes: readonly FreezeFact[]): string | undefined {
  return firstOf(freezes.flatMap((freeze) => [freeze.startsAt, freeze.endsAt]).filter((time) => time > at));
}

function endOfRun(end: string, freezes: readonly FreezeFact[]): string {
  const longer = freezes.find((freeze) => freeze.startsAt <= end && freeze.endsAt > end);
  return longer === undefined ? end : endOfRun(longer.endsAt, freezes);
}

function firstOf(times: readonly string[]): string | undefined {
  return times.toSorted()[0];
}
