import type { DeploymentSummary } from '@stella-ops/contracts/deployments';

/**
 * Releases that an environment can go back to, by the newest deployment of each that succeeded: the one before the
 * present comes first.
 *
 * @param history deployments of one environment, newest first
 */
export function rollbackChoices<T extends Pick<DeploymentSummary, 'releaseId' | 'state'>>(history: readonly T[]): T[] {
  // The newest one says what is there now, or what was meant to be: going back to that is resuming it.
  const present = history[0]?.releaseId;
  const seen = new Set<string>();
  return history.filter(({ releaseId, state }) => {
    const stood = state === 'succeeded' || state === 'rolled_back';
    if (!stood || releaseId === present || seen.has(releaseId)) return false;
    seen.add(releaseId);
    return true;
  });
}
