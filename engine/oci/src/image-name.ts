import { formatReference, parseReference } from './reference.ts';

/**
 * Whether a name that a layout or archive gives an image (a bare tag, or a reference as short as `debian:12`) is the
 * one asked for.
 */
export function isSameName(given: string, asked: string): boolean {
  if (given === asked) return true;
  const full = fullName(given);
  return full !== undefined && full === fullName(asked);
}

/** The complete form of a reference. A bare tag has none, or it would name a repository of the default registry. */
function fullName(text: string): string | undefined {
  if (!/[:/]/.test(text)) return undefined;
  try {
    return formatReference(parseReference(text));
  } catch {
    return undefined;
  }
}
