import type { Digest } from '@stella-ops/engine-kernel';
import type { Parts } from '../parts.ts';
import { lockDigest } from '../store/locks.ts';
import { isUploadNeeded } from '../store/scans.ts';

/**
 * Removes the bytes of an upload that no scan waits for. The lock keeps out an upload of the same bytes that has stored
 * them and is about to write its row. Safe to repeat.
 */
export async function dropUpload({ host }: Parts, tenantId: string, digest: Digest): Promise<void> {
  await host.database.withTenant(tenantId, async (tx) => {
    await lockDigest(tx, 'upload', tenantId, digest);
    if (await isUploadNeeded(tx, tenantId, digest)) return;
    await host.objects.tenant(tenantId, 'uploads').delete(digest);
  });
}
