export const VERSION_FAULT = 'A semantic version, such as 1.2.0 or 1.2.0-rc.1.';
export const REPOSITORY_FAULT = 'Registry and path without tag, such as registry.example/shop/web.';

/** The same rules as the server's; it decides, these only say it sooner. */
export const isVersion = (text: string): boolean => /^\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]{1,100})?$/.test(text);

export const isRepository = (text: string): boolean =>
  text.length <= 300 && /^[a-z0-9][a-z0-9._:-]*(?:\/[a-z0-9._-]+)+$/.test(text);

/** A whole number within limits; undefined: it is none. */
export function wholeNumber(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,6}$/.test(text.trim())) return undefined;
  const value = Number(text);
  return value >= least && value <= most ? value : undefined;
}

/**
 * A time as people type it, in UTC: `2026-12-24 12:00`, with `T` for the blank, seconds or `Z` if they like.
 *
 * @returns RFC 3339 with milliseconds; undefined: it is no time
 */
export function utcTime(text: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?(?:\.\d+)?(?: ?UTC|Z)?$/i.exec(text.trim());
  if (match === null) return undefined;
  const atMs = Date.parse(`${match[1]}T${match[2]}${match[3] ?? ':00'}.000Z`);
  if (Number.isNaN(atMs)) return undefined;
  const time = new Date(atMs).toISOString();
  // 31 February would become 3 March.
  return time.startsWith(match[1] ?? '?') ? time : undefined;
}
