import { AppError, type Digest } from '@stella-ops/engine-kernel';
import { openIndex } from '@stella-ops/engine-advisories';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Parts } from '../parts.ts';

/** Digests that were found usable: neither an object nor this release changes while the process runs. */
const usable = new Set<Digest>();

/** Whether this release can read an index: one that ordered versions otherwise may have built it, or its object is gone. */
export async function isUsableIndex(
  { host, workFolder }: Pick<Parts, 'host' | 'workFolder'>,
  tenantId: string,
  digest: Digest,
): Promise<boolean> {
  if (usable.has(digest)) return true;
  const content = await host.objects.tenant(tenantId, 'advisory-snapshots').open(digest);
  if (content === undefined) return false;
  const folder = await mkdtemp(join(workFolder, 'stella-index-'));
  try {
    const path = join(folder, 'index');
    await pipeline(content, createWriteStream(path, { mode: 0o600 }));
    openIndex(path).close();
  } catch (error) {
    if (error instanceof AppError && UNUSABLE.has(error.code)) return false;
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  usable.add(digest);
  return true;
}

const UNUSABLE = new Set(['INDEX_OUTDATED', 'INDEX_DAMAGED', 'INDEX_NEWER', 'BLOB_CORRUPT']);
