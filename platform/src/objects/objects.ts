import { join } from 'node:path';
import { type BlobStore, directoryBlobs, directoryRecords, type RecordStore } from '@stella-ops/engine-blobs';
import { type Digest, hexOf, parseDigest } from '@stella-ops/engine-kernel';

/** What a tenant's objects are for; each area is a store of its own. */
export type ObjectArea =
  | 'inventories'
  | 'sboms'
  | 'advisory-documents'
  | 'advisory-snapshots'
  | 'vex-documents'
  | 'vex-snapshots'
  | 'policies'
  | 'decisions'
  | 'capsules'
  | 'evidence'
  | 'plans'
  | 'uploads';

/**
 * Content-addressed objects (ARCHITECTURE, section 4). A tenant's store answers for that tenant's objects alone: whether
 * another tenant has the same bytes cannot be learned from it. Put the object before the row that names it.
 */
export interface Objects {
  tenant(tenantId: string, area: ObjectArea): BlobStore;
  /**
   * A local file with the bytes of an object, for readers that want a few pages of a large one or read in another thread;
   * undefined when the tenant has no such object. Nothing has checked the bytes: the reader does.
   */
  localFile(tenantId: string, area: ObjectArea, digest: Digest): Promise<string | undefined>;
  /** Facts that our own scanner computed, by layer: shared, since no tenant can write them. */
  readonly facts: RecordStore;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Objects below a directory: `tenants/<tenant>/<area>/sha256/<aa>/<hex>` and `public/facts`. */
export function directoryObjects(root: string): Objects {
  const folderOf = (tenantId: string, area: ObjectArea): string => {
    if (!UUID.test(tenantId)) throw new Error('a tenant is named by its UUID');
    return join(root, 'tenants', tenantId, area);
  };
  return {
    tenant: (tenantId, area) => directoryBlobs(folderOf(tenantId, area)),
    async localFile(tenantId, area, digest) {
      const folder = folderOf(tenantId, area);
      if (!(await directoryBlobs(folder).has(digest))) return undefined;
      const hex = hexOf(parseDigest(digest));
      return join(folder, 'sha256', hex.slice(0, 2), hex);
    },
    facts: directoryRecords(join(root, 'public', 'facts')),
  };
}
