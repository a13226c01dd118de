import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Extent } from './extent.ts';

/** Named files of an image source: a folder, or a tar that was indexed once and is read in place. */
export interface Members {
  /** The folder or archive, for messages. */
  readonly file: string;
  /** Where a member lies. `name` is relative, with `/`, and made by this package or checked by it. */
  find(name: string): Promise<Extent | undefined>;
  /** Removes what was spooled for reading. */
  close(): Promise<void>;
}

/**
 * The files of a folder. Links are followed: build tools link blobs to their cache, and everything read is either
 * compared with a digest or only parsed.
 */
export function folderMembers(folder: string): Members {
  const root = resolve(folder);
  return {
    file: folder,
    async find(name) {
      const path = join(root, name);
      try {
        const found = await stat(path);
        return found.isFile() ? { path, offset: 0, size: found.size } : undefined;
      } catch (cause) {
        if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) {
          return undefined;
        }
        throw cause;
      }
    },
    close: () => Promise.resolve(),
  };
}
