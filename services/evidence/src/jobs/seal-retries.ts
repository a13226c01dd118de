/** A signer or attestor that is away for half a day is waited for. */
export const SEAL_RETRIES = {
  attempts: 100,
  backoff: { firstSeconds: 2, longestSeconds: 600 },
  timeoutMs: 120_000,
} as const;
