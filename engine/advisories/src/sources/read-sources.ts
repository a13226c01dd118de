import { compareText } from '@stella-ops/engine-kernel';
import { type Dirent, readdirSync, readFileSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from '../errors.ts';
import { openFile } from '../index-file/byte-source.ts';
import { hasIndexMagic } from '../index-file/layout.ts';
import { openIndexOfAnyOrder } from '../index-file/open-index.ts';
import type { SourceRecord } from '../index-file/record-collector.ts';
import { jsonLines } from './json-lines.ts';
import { jsonRecords } from './json-records.ts';
import { zipRecords } from './zip-records.ts';

const MAX_JSON_BYTES = 512 * 1024 * 1024;
const MAX_FOLDER_DEPTH = 32;

/** Kinds of source files by the end of their names; the first that fits counts. */
const KINDS: readonly (readonly [
  suffix: string,
  read: (path: string) => AsyncIterable<SourceRecord> | Iterable<SourceRecord>,
])[] = [
  ['.jsonl.zst', (path) => jsonLines(path, 'zstd')],
  ['.jsonl.gz', (path) => jsonLines(path, 'gzip')],
  ['.jsonl', (path) => jsonLines(path, 'none')],
  ['.json', (path) => readJsonFile(path)],
  ['.zip', (path) => zipRecords(path)],
];

/**
 * OSV records of files and folders: `.json` (one record or a list), `.jsonl`, `.jsonl.zst`, `.jsonl.gz` (one record a
 * line), `.zip` (`.json` members), an advisory index, and folders of such files, however deep. In a folder names that
 * begin with a dot, links and files of other kinds are passed over. Records are not judged here; a container that is
 * damaged or cut short ends the reading, for what it would have held is unknown.
 *
 * @throws AppError `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE`, `SOURCE_TOO_LARGE`, those of {@link jsonLines} and `openIndexOfAnyOrder`
 */
export async function* readAdvisorySources(paths: readonly string[]): AsyncGenerator<SourceRecord> {
  for (const path of paths) {
    if (statOf(path).isDirectory()) yield* folderRecords(path, 0);
    else yield* fileRecords(path);
  }
}

function statOf(path: string): Stats {
  try {
    return statSync(path);
  } catch (cause) {
    throw fail('SOURCE_NOT_FOUND', 'the source cannot be read', { place: { file: path }, cause });
  }
}

async function* fileRecords(path: string): AsyncGenerator<SourceRecord> {
  const read = readerOf(path);
  if (read !== undefined) {
    yield* read(path);
  } else if (isIndex(path)) {
    yield* indexRecords(path);
  } else {
    throw fail('NOTHING_READABLE', 'the source is of no known kind', { place: { file: path } });
  }
}

function readerOf(path: string): (typeof KINDS)[number][1] | undefined {
  return KINDS.find(([suffix]) => path.endsWith(suffix))?.[1];
}

async function* folderRecords(folder: string, depth: number): AsyncGenerator<SourceRecord> {
  if (depth > MAX_FOLDER_DEPTH) {
    throw fail('SOURCE_TOO_LARGE', `folders are nested deeper than ${MAX_FOLDER_DEPTH}`, { place: { file: folder } });
  }
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) yield* folderRecords(path, depth + 1);
    else if (entry.isFile()) yield* readerOf(path)?.(path) ?? [];
  }
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => compareText(a.name, b.name));
  } catch (cause) {
    throw fail('SOURCE_UNREADABLE', 'the folder cannot be read', { place: { file: folder }, cause });
  }
}

function* readJsonFile(path: string): Generator<SourceRecord> {
  const { size } = statOf(path);
  if (size > MAX_JSON_BYTES) {
    throw fail('SOURCE_TOO_LARGE', `a JSON file has more than ${MAX_JSON_BYTES} bytes`, {
      place: { file: path },
      hint: 'Give the records one a line (.jsonl).',
    });
  }
  let document: Buffer;
  try {
    document = readFileSync(path);
  } catch (cause) {
    throw fail('SOURCE_UNREADABLE', 'the file cannot be read', { place: { file: path }, cause });
  }
  yield* jsonRecords(document, path);
}

function isIndex(path: string): boolean {
  const source = openFile(path);
  try {
    return hasIndexMagic(source.read(0, Math.min(8, source.size)));
  } finally {
    source.close();
  }
}

function* indexRecords(path: string): Generator<SourceRecord> {
  const index = openIndexOfAnyOrder(path);
  try {
    for (const record of index.records()) yield { raw: index.raw(record), file: `${path}/${record.id}` };
  } finally {
    index.close();
  }
}
