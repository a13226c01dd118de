import type { Digest } from '@stella-ops/engine-kernel';
import type { ServiceHost } from '@stella-ops/platform/service';
import { fail } from '../errors.ts';

/**
 * The bytes of what a packet names; a changed object ends in an error and never as a whole answer.
 *
 * @throws AppError `EVIDENCE_LOST` when the store has no such object
 */
export async function openEvidence(
  host: ServiceHost,
  tenantId: string,
  area: 'evidence' | 'capsules',
  digest: string,
): Promise<AsyncIterable<Uint8Array>> {
  const content = await host.objects.tenant(tenantId, area).open(digest as Digest);
  if (content === undefined) throw fail('EVIDENCE_LOST', `the object ${digest} of ${area} is not in the store`);
  return content;
}
