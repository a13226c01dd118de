const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago or until, in one unit: `3 min ago`, `in 2 h`, `just now`. */
export function relativeTime(atMs: number, nowMs: number): string {
  const distance = Math.abs(nowMs - atMs);
  if (distance < 10_000) return 'just now';
  const text = duration(distance);
  return atMs <= nowMs ? `${text} ago` : `in ${text}`;
}

/** A length of time in its largest unit. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${Math.floor(ms / 1000)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h`;
  if (ms < 60 * DAY) return `${Math.floor(ms / DAY)} d`;
  return `${Math.floor(ms / (30 * DAY))} mo`;
}

/** `2026-11-21 15:04:05 UTC`. */
export function absoluteTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** How soon the words of {@link relativeTime} may be others. */
export function refreshInMs(atMs: number, nowMs: number): number {
  const distance = Math.abs(nowMs - atMs);
  if (distance < MINUTE) return 5_000;
  return distance < HOUR ? 30_000 : 10 * MINUTE;
}
