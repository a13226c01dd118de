import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail } from './errors.ts';

/** While this file is there the folder is neither empty nor an installation. */
const MARK = 'UNFINISHED';
export const markOf = (dataDir: string): string => join(dataDir, MARK);

/** @throws AppError `DATA_UNFINISHED`: a server that started here would serve, or delete, a part of what there was */
export function assertFinished(dataDir: string): void {
  const file = markOf(dataDir);
  if (!existsSync(file)) return;
  const what = readFileSync(file, 'utf8').trim().slice(0, 200);
  throw fail('DATA_UNFINISHED', `${dataDir} is not whole: ${what}`, { place: { file } });
}

/**
 * Says that what follows is not whole until {@link finish}; on the disk before it returns.
 *
 * @param what `a restore of … that did not end`
 */
export function begin(dataDir: string, what: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(markOf(dataDir), `${what}\n`, { mode: 0o600, flush: true });
  syncFolder(dataDir);
}

/** Everything else is on the disk: the folder counts from here on. */
export function finish(dataDir: string): void {
  rmSync(markOf(dataDir), { force: true });
  syncFolder(dataDir);
}

export function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
