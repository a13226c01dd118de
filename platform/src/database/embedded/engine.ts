import { PGlite } from '@electric-sql/pglite';
import { DurableNodeFs } from './durable-fs.ts';
import { clusterOf, markReady } from './data-directory.ts';

/** PostgreSQL as shipped runs without fsync here; the log is to be synced by the one call that the file system makes real. */
const DURABLE_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
  // 128 MB by default, which one process on a laptop never earns back: the system caches the same pages.
  '-c',
  'shared_buffers=32MB',
];

/**
 * Makes the files of the embedded PostgreSQL in a prepared directory and marks them as whole.
 *
 * @throws Error when the engine gave up; the directory is then not marked
 */
export async function makeCluster(directory: string): Promise<void> {
  let aborted: string | undefined;
  const engine = await openCluster(directory, (reason) => (aborted = reason));
  await engine.close();
  if (aborted !== undefined) throw new Error(`the embedded database stopped: ${aborted}`);
  markReady(directory);
}

/** Opens the embedded PostgreSQL on this thread, durable when it has a directory, whose cluster has been made. */
export function openEngine(directory: string | undefined, onAbort: (reason: string) => void): Promise<PGlite> {
  return directory === undefined ? PGlite.create() : openCluster(directory, onAbort);
}

const openCluster = (directory: string, onAbort: (reason: string) => void): Promise<PGlite> =>
  PGlite.create({ fs: new DurableNodeFs(clusterOf(directory), onAbort), startParams: DURABLE_PARAMETERS });
