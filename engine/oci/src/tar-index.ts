import { open } from 'node:fs/promises';
import { posix } from 'node:path';
import { TarReader } from '@stella-ops/engine-archive';
import { fail } from './errors.ts';
import type { Extent } from './extent.ts';

/** An archive of thousands of images has some 100,000 members. */
const MAX_MEMBERS = 200_000;
const MAX_LINKS = 16;
const WINDOW_BYTES = 16 * 1024;
/** Found by name alone: two of them would let two readers see two images. */
const SINGLE: ReadonlySet<string> = new Set(['oci-layout', 'index.json', 'manifest.json', 'repositories']);

type Node = { readonly offset: number; readonly size: number } | { readonly target: string };

/** Where the members of an uncompressed tar lie. */
export interface TarIndex {
  /** The file behind a name, through links; undefined when there is none. @throws AppError `OCI_ARCHIVE_INVALID` for links in a circle */
  find(name: string): Extent | undefined;
}

/**
 * Walks the headers of a tar file once; payload is passed over by position. Of two members of one name the last
 * counts, as for `tar -x`; the few files that everything else hangs on may be there only once.
 *
 * @param file name of the archive in messages
 * @throws AppError `OCI_MANIFEST_AMBIGUOUS`, and `TAR_*` of the archive package
 */
export async function indexTar(path: string, file: string): Promise<TarIndex> {
  const nodes = new Map<string, Node>();
  const reader = new TarReader({
    file,
    onUnsafe: 'refuse',
    limits: { maxEntries: MAX_MEMBERS, maxPathBytes: 1024 },
    onEntry(entry) {
      if (nodes.has(entry.path) && SINGLE.has(entry.path)) {
        throw fail('OCI_MANIFEST_AMBIGUOUS', `the archive holds ${entry.path} twice`, {
          place: { file, offset: entry.payloadOffset },
        });
      }
      if (entry.type === 'file') nodes.set(entry.path, { offset: entry.payloadOffset, size: entry.size });
      else if (entry.type === 'hardlink') nodes.set(entry.path, { target: entry.linkTarget ?? '' });
      else if (entry.type === 'symlink') {
        nodes.set(entry.path, { target: posix.join(posix.dirname(entry.path), entry.linkTarget ?? '') });
      }
      return undefined;
    },
  });
  await walkHeaders(path, reader);
  return {
    find(name) {
      let at = name;
      for (let links = 0; links <= MAX_LINKS; links++) {
        const node = nodes.get(at);
        if (node === undefined) return undefined;
        if ('size' in node) return { path, offset: node.offset, size: node.size };
        at = node.target;
      }
      throw fail('OCI_ARCHIVE_INVALID', `${name} is a link to a link, more than ${MAX_LINKS} deep`, {
        place: { file },
      });
    },
  };
}

async function walkHeaders(path: string, reader: TarReader): Promise<void> {
  await using handle = await open(path);
  const { size } = await handle.stat();
  const window = Buffer.alloc(WINDOW_BYTES);
  let position = 0;
  while (position < size) {
    const { bytesRead } = await handle.read(window, 0, window.length, position);
    if (bytesRead === 0) break;
    reader.write(window.subarray(0, bytesRead));
    position += bytesRead;
    // Never past the end of the file: what is missing there must show as a truncated archive.
    const passed = Math.min(reader.pendingSkip(), size - position);
    reader.skip(passed);
    position += passed;
  }
  reader.end();
}
