import { assembleInventory, type Gap } from '@stella-ops/engine-inventory';
import { lstatSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ANALYZERS, analyzerVersions } from './analyzers/list.ts';
import { OpenFile } from './directory/open-file.ts';
import { tell, typeOf, type Unreadable, walkDirectory } from './directory/walk-directory.ts';
import { fail } from './errors.ts';
import type { Answer, Question } from './layer/answer.ts';
import { AnswerReader } from './layer/answer-reader.ts';
import { LayerCollector } from './layer/layer-collector.ts';
import { BOUNDS, withDefaults } from './limits.ts';
import { mergeLayers } from './merge/merge-layers.ts';
import type { ScanLimits, ScanResult } from './types.ts';

export interface ScanDirectoryOptions {
  /** Name of the subject. Default: the path as given. */
  readonly name?: string;
  readonly limits?: ScanLimits;
  /** Paths relative to the root that are left out with everything below them. */
  readonly exclude?: readonly string[];
  /** Called now and then with the number of entries seen so far. */
  readonly onProgress?: (entries: number) => void;
}

const ENTRIES_PER_PROGRESS = 10_000;

/**
 * Finds the packages under a directory: the root of a system or a project. Links are resolved as if the directory were
 * the root and never lead out of it; `proc`, `sys` and their like are left out.
 *
 * @throws AppError `DIRECTORY_NOT_FOUND`, `DIRECTORY_UNREADABLE`, `DIRECTORY_TOO_LARGE`. What cannot be read below it is
 *   a gap.
 */
export async function scanDirectory(root: string, options: ScanDirectoryOptions = {}): Promise<ScanResult> {
  assertDirectory(root);
  const limits = withDefaults(options.limits);
  const file = new OpenFile();
  let bytesRead = 0;
  const readAt = (offset: number, length: number): Uint8Array => {
    const bytes = file.read(offset, length);
    bytesRead += bytes.length;
    return bytes;
  };
  const collector = new LayerCollector(ANALYZERS, limits, readAt);
  let entries = 0;
  const unreadable = await walkDirectory(root, file, collector, {
    exclude: new Set(options.exclude),
    onEntry: () => {
      if (++entries % ENTRIES_PER_PROGRESS === 0) options.onProgress?.(entries);
      if (entries <= limits.maxEntries) return;
      throw fail('DIRECTORY_TOO_LARGE', `more than ${limits.maxEntries} entries`, { place: { file: root } });
    },
  });
  const facts = collector.finish();
  const later: Unreadable[] = [];
  const merged = await mergeLayers([{ facts }], ANALYZERS, 'directory', (_, questions) =>
    Promise.resolve(answerFromDirectory(root, file, questions, later)),
  );
  const inventory = assembleInventory({
    subject: { kind: 'directory', name: options.name ?? root },
    distro: merged.distro,
    layers: [],
    components: merged.components,
    relations: merged.relations,
    gaps: [...merged.gaps, ...gapsOf([...unreadable, ...later])],
    analyzers: analyzerVersions(),
  });
  return { inventory, stats: { layersRead: 0, layersCached: 0, bytesRead, entries } };
}

function answerFromDirectory(
  root: string,
  file: OpenFile,
  questions: readonly Question[],
  unreadable: Unreadable[],
): readonly Answer[] {
  const taker = new AnswerReader(questions, ANALYZERS);
  for (const { path } of questions) {
    const stats = lstatSync(join(root, path), { throwIfNoEntry: false });
    const type = stats && typeOf(stats);
    if (type === undefined) continue;
    tell(root, { path, type, size: type === 'file' ? (stats?.size ?? 0) : 0 }, file, taker, unreadable);
  }
  return taker.finish();
}

function assertDirectory(root: string): void {
  const place = { file: root };
  try {
    if (statSync(root).isDirectory()) return;
  } catch (cause) {
    const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (isMissing) throw fail('DIRECTORY_NOT_FOUND', 'there is no such directory', { place, cause });
    throw fail('DIRECTORY_UNREADABLE', 'the directory cannot be opened', { place, cause });
  }
  throw fail('DIRECTORY_NOT_FOUND', 'this is not a directory', { place });
}

function gapsOf(unreadable: readonly Unreadable[]): Gap[] {
  const gaps = unreadable
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, reason }) => ({ code: 'PATH_UNREADABLE', path, detail: `not read: ${reason}` }));
  const shown = gaps.slice(0, BOUNDS.gapsOfOneKind);
  const more = gaps.length - shown.length;
  return more === 0
    ? shown
    : [...shown, { code: 'PATH_UNREADABLE', detail: `${more} more paths, not told one by one` }];
}
