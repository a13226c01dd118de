import { AppError, type Digest } from '@stella-ops/engine-kernel';
import { openIndex } from '@stella-ops/engine-advisories';
import type { Parts } from '../parts.ts';

/** Whether this release can read an index: one that ordered versions otherwise may have built it, or its object is gone. */
export async function isUsableIndex({ host }: Pick<Parts, 'host'>, tenantId: string, digest: Digest): Promise<boolean> {
  const path = await host.objects.localFile(tenantId, 'advisory-snapshots', digest);
  if (path === undefined) return false;
  try {
    openIndex(path).close();
    return true;
  } catch (error) {
    if (error instanceof AppError && UNUSABLE.has(error.code)) return false;
    throw error;
  }
}

const UNUSABLE = new Set(['INDEX_OUTDATED', 'INDEX_DAMAGED', 'INDEX_FOREIGN', 'INDEX_NEWER', 'INDEX_NOT_FOUND']);
