/** The one place of the console that asks the browser for time and randomness. */
export const nowMs = (): number => Date.now();

/** A random text of 256 bits, base64url: PKCE verifiers, states, idempotency keys. */
export function randomText(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

export function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
