/** RFC 3339 in UTC with milliseconds, that many seconds after (or before) another such time. */
export function secondsAfter(time: string, seconds: number): string {
  return new Date(Date.parse(time) + seconds * 1000).toISOString();
}
