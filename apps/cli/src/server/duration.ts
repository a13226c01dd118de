import type { Context } from '../context.ts';
import { fail } from '../errors.ts';

const MS = { h: 3_600_000, d: 86_400_000 } as const;

/**
 * `12h` or `30d` from now, or an RFC 3339 time.
 *
 * @returns RFC 3339 in UTC with milliseconds
 */
export function parseDuration(text: string, context: Context): string {
  const [, count, unit] = /^(\d{1,5})([hd])$/.exec(text) ?? [];
  const nowMs = Date.parse(context.clock.now());
  const atMs = count === undefined ? Date.parse(text) : nowMs + Number(count) * MS[unit as keyof typeof MS];
  if (Number.isNaN(atMs))
    throw fail('USAGE', `"${text.slice(0, 40)}" is no time`, { hint: 'Write 12h, 30d or 2027-01-31T00:00:00Z.' });
  return new Date(atMs).toISOString();
}
