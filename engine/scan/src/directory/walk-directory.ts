import type { TarEntry, TarEntryType } from '@stella-ops/engine-archive';
import { type Dirent, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { LayerTaker } from '../layer/pour-layer.ts';
import type { OpenFile } from './open-file.ts';
import { isPseudoFileSystem } from './pseudo-file-systems.ts';

/** Something under the root that could not be looked at. */
export interface Unreadable {
  readonly path: string;
  readonly reason: string;
}

export interface WalkOptions {
  /** Relative paths that are left out with everything below them. */
  readonly exclude: ReadonlySet<string>;
  /** Called at each entry. Throws to stop. */
  readonly onEntry: () => void;
}

/** Other work of the process gets its turn after so many entries. */
const ENTRIES_PER_TURN = 4096;
const MAX_PATH_BYTES = 4096;

/**
 * Tells a taker of layers about everything under `root`, as if it were a tar of it. Symbolic links are told and not
 * followed, pseudo file systems are left out.
 */
export async function walkDirectory(
  root: string,
  file: OpenFile,
  taker: LayerTaker,
  { exclude, onEntry }: WalkOptions,
): Promise<readonly Unreadable[]> {
  const unreadable: Unreadable[] = [];
  const scratch = Buffer.alloc(MAX_PATH_BYTES);
  const open = [{ path: '', device: lstatSync(root).dev }];
  for (let count = 0; open.length > 0;) {
    const directory = open.pop() as (typeof open)[number];
    for (const child of readChildren(root, directory.path, unreadable)) {
      if (++count % ENTRIES_PER_TURN === 0) await setImmediate();
      const path = directory.path === '' ? child.name : `${directory.path}/${child.name}`;
      const type = typeOf(child);
      if (type === undefined || exclude.has(path)) continue;
      const stats = type === 'file' || type === 'directory' ? statsOf(root, path, unreadable) : undefined;
      if (stats !== undefined && stats.isDirectory() !== (type === 'directory')) continue;
      onEntry();
      const size = type === 'file' ? (stats?.size ?? 0) : 0;
      const length = scratch.write(path, 'utf8');
      if (taker.wants(type, scratch, 0, length, size)) tell(root, { path, type, size }, file, taker, unreadable);
      if (stats === undefined || type !== 'directory') continue;
      if (stats.dev === directory.device || !isPseudoFileSystem(join(root, path)))
        open.push({ path, device: stats.dev });
    }
  }
  return unreadable;
}

/** Tells a taker about one wanted entry and gives it the content if it asks for it. */
export function tell(
  root: string,
  { path, type, size }: Pick<TarEntry, 'path' | 'type' | 'size'>,
  file: OpenFile,
  taker: LayerTaker,
  unreadable: Unreadable[],
): void {
  const place = join(root, path);
  try {
    if (type === 'file') file.open(place);
    const linkTarget = type === 'symlink' ? readlinkSync(place) : undefined;
    const sink = taker.onEntry({
      path,
      type,
      size,
      mode: 0,
      mtime: 0,
      payloadOffset: 0,
      ...(linkTarget !== undefined && { linkTarget }),
    });
    if (sink === undefined) return;
    const bytes = file.read(0, size);
    if (bytes.length < size) throw new Error('it became shorter while it was read');
    if (size > 0) sink.write(bytes);
    sink.end();
  } catch (error) {
    unreadable.push({ path, reason: reasonOf(error) });
  } finally {
    file.close();
  }
}

function readChildren(root: string, path: string, unreadable: Unreadable[]): Dirent[] {
  try {
    return readdirSync(join(root, path), { withFileTypes: true });
  } catch (error) {
    unreadable.push({ path, reason: reasonOf(error) });
    return [];
  }
}

function statsOf(root: string, path: string, unreadable: Unreadable[]): Stats | undefined {
  try {
    return lstatSync(join(root, path), { throwIfNoEntry: false });
  } catch (error) {
    unreadable.push({ path, reason: reasonOf(error) });
    return undefined;
  }
}

export function typeOf(entry: Dirent | Stats): TarEntryType | undefined {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  if (entry.isSymbolicLink()) return 'symlink';
  if (entry.isCharacterDevice()) return 'character-device';
  if (entry.isBlockDevice()) return 'block-device';
  return entry.isFIFO() ? 'fifo' : undefined;
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code);
  return error instanceof Error ? error.message : String(error);
}
