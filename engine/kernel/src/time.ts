import { fail } from './kernel-errors.ts';

/** RFC 3339, UTC, milliseconds: `2026-01-02T03:04:05.678Z`. Orders as text. */
export type Timestamp = string;

/** Time is an argument everywhere; only programs (`apps/`, `platform/`) make a clock that reads the machine's. */
export interface Clock {
  now(): Timestamp;
}

/** A clock that stands still: decisions, replays, tests. */
export function fixedClock(at: Timestamp): Clock {
  const now = parseTimestamp(at);
  return { now: () => now };
}

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[Tt](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Any RFC 3339 date-time as UTC with milliseconds; finer fractions are cut.
 *
 * @throws AppError `ENCODING_INVALID`
 */
export function parseTimestamp(text: string): Timestamp {
  const parts = RFC3339.exec(text);
  const [, day, time, fraction = '', zone] = parts ?? [];
  const moment = new Date(`${day}T${time}.${fraction.slice(0, 3).padEnd(3, '0')}${zone?.toUpperCase()}`);
  // Date rolls 30 February over to March; RFC 3339 does not have that day.
  if (parts === null || Number.isNaN(moment.getTime()) || !isDayOfMonth(day ?? '')) {
    throw fail('ENCODING_INVALID', `"${text.slice(0, 60)}" is not an RFC 3339 time`, {
      hint: 'Write times as 2026-01-02T03:04:05Z.',
    });
  }
  return moment.toISOString();
}

function isDayOfMonth(day: string): boolean {
  return new Date(`${day}T00:00:00.000Z`).toISOString().startsWith(day);
}
