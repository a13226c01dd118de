import { DatabaseSync } from 'node:sqlite';
import { fail } from '../errors.ts';

export interface DirectoryLock {
  release(): void;
}

/**
 * Keeps every other process, and a second open in this one, out of a data directory. The lock is an exclusive SQLite
 * transaction on a file beside the directory: the system drops it when the process dies, so it is never stale.
 *
 * @throws AppError `DATABASE_LOCKED`, `DATABASE_FULL`
 */
export function lockDirectory(directory: string): DirectoryLock {
  const file = `${directory}.lock`;
  const handle = new DatabaseSync(file, { timeout: 0 });
  try {
    handle.exec('begin exclusive');
  } catch (error) {
    handle.close();
    const { errcode } = error as { errcode?: number };
    if (errcode === SQLITE_FULL) {
      throw fail('DATABASE_FULL', `there is no room for ${file}`, { place: { file }, cause: error });
    }
    if (errcode !== SQLITE_BUSY) throw error;
    throw fail('DATABASE_LOCKED', `the data directory ${directory} is in use`, { place: { file }, cause: error });
  }
  return { release: () => handle.close() };
}

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;
