/**
 * What a server process is started with. Without them a laptop's server keeps some 150 MB that it no longer uses: the
 * allocator's arenas (one for each thread) never shrink, and young generations grow to the size of the largest burst.
 */
export const NODE_FLAGS = ['--max-semi-space-size=4', '--disable-warning=ExperimentalWarning'] as const;

/** @param env settings of the caller win */
export function processEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string | undefined> {
  return { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072', ...env };
}
