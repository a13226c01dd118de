import { digestOfJson } from '@stella-ops/engine-kernel';

/**
 * What approvals bind to beside the release: the digest of the one policy that judged, or of the sorted list when images
 * were judged by several. Null when none judged.
 */
export function policyDigestOf(digests: readonly string[]): string | null {
  const distinct = [...new Set(digests)].toSorted();
  const [only] = distinct;
  if (only === undefined) return null;
  return distinct.length === 1 ? only : digestOfJson(distinct);
}
