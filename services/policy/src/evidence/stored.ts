import type { Digest } from '@stella-ops/engine-kernel';
import type { ObjectArea } from '@stella-ops/platform/objects';
import { fail } from '../errors.ts';
import type { LocalFile } from '../judge/orders.ts';
import type { PolicyParts } from '../parts.ts';

/** @throws AppError `EVIDENCE_UNREADABLE` when the tenant has no such object */
export async function storedFile(
  { host }: PolicyParts,
  tenantId: string,
  area: ObjectArea,
  digest: Digest,
): Promise<LocalFile> {
  const path = await host.objects.localFile(tenantId, area, digest);
  if (path === undefined) throw fail('EVIDENCE_UNREADABLE', `${area} has no object ${digest}`);
  return { digest, path };
}

/** @throws AppError `EVIDENCE_UNREADABLE` when the tenant has no such object, `BLOB_CORRUPT` */
export async function storedBytes(
  { host }: PolicyParts,
  tenantId: string,
  area: ObjectArea,
  digest: Digest,
): Promise<Buffer> {
  const bytes = await host.objects.tenant(tenantId, area).get(digest);
  if (bytes === undefined) throw fail('EVIDENCE_UNREADABLE', `${area} has no object ${digest}`);
  return bytes;
}
