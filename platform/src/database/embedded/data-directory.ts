import {
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  chmodSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fail } from '../errors.ts';
import { syncDirectory } from './durable-fs.ts';

/** An embedded data directory holds `cluster/` (PostgreSQL's files) and `ready`, written once those are whole. */
export const clusterOf = (directory: string): string => join(directory, 'cluster');

/** Major version of the embedded PostgreSQL; its files are of no use to another one. */
const POSTGRES_MAJOR = '18';

/**
 * Makes the directory (0700) or checks it. A cluster without the `ready` mark comes from a first start that was killed:
 * nothing in it was ever acknowledged. It is moved aside, not deleted, in case the mark was lost by hand.
 *
 * @returns whether the cluster is still to be made
 * @throws AppError `DATABASE_DATA_UNUSABLE` when the files belong to another PostgreSQL
 */
export function prepareDataDirectory(directory: string): boolean {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const cluster = clusterOf(directory);
  const isNew = !existsSync(join(directory, 'ready'));
  if (isNew) {
    const aside = `${cluster}.incomplete`;
    if (existsSync(cluster)) {
      rmSync(aside, { recursive: true, force: true });
      renameSync(cluster, aside);
    }
    mkdirSync(cluster, { mode: 0o700 });
    return true;
  }
  const file = join(cluster, 'PG_VERSION');
  const version = existsSync(file) ? readFileSync(file, 'utf8').trim() : 'missing';
  if (version !== POSTGRES_MAJOR) {
    throw fail(
      'DATABASE_DATA_UNUSABLE',
      `the embedded database is PostgreSQL ${POSTGRES_MAJOR}, the files are ${version}`,
      {
        place: { file },
      },
    );
  }
  return false;
}

/** Syncs every file and directory of a fresh cluster, then says so. After this the directory survives a power loss. */
export function markReady(directory: string): void {
  syncTree(clusterOf(directory));
  const mark = join(directory, 'ready');
  writeFileSync(mark, `PostgreSQL ${POSTGRES_MAJOR}\n`, { mode: 0o600, flush: true });
  syncDirectory(directory);
  syncDirectory(dirname(directory));
}

function syncTree(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) {
      const handle = openSync(path, 'r');
      try {
        fsyncSync(handle);
      } finally {
        closeSync(handle);
      }
    }
  }
  syncDirectory(directory);
}
