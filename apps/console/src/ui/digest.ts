/** The 12 characters of a digest that screens show. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha256:/, '').slice(0, 12);
}

/** A hue, 0 to 359, that is the same wherever the same digest appears. */
export function digestHue(digest: string): number {
  const value = Number.parseInt(digest.replace(/^sha256:/, '').slice(0, 6), 16);
  return Number.isNaN(value) ? 0 : value % 360;
}
