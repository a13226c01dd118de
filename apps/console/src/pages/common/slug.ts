export const SLUG_FAULT = 'Use 1 to 63 lower-case letters, digits and inner hyphens.';

export function isSlug(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}
