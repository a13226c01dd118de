import { PGlite } from '@electric-sql/pglite';
import { DurableNodeFs } from './durable-fs.ts';
import { markReady, prepareDataDirectory } from './data-directory.ts';

/** PostgreSQL as shipped runs without fsync here; the log is to be synced by the one call that the file system makes real. */
const DURABLE_PARAMETERS = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== '-F'),
  '-c',
  'wal_sync_method=fsync',
];

/**
 * Opens the embedded PostgreSQL on this thread, durable when it has a directory.
 *
 * @throws AppError `DATABASE_DATA_UNUSABLE`
 */
export async function openEngine(directory: string | undefined, onAbort: (reason: string) => void): Promise<PGlite> {
  if (directory === undefined) return PGlite.create();
  const { cluster, isNew } = prepareDataDirectory(directory);
  const engine = await PGlite.create({
    fs: new DurableNodeFs(cluster, onAbort),
    startParams: DURABLE_PARAMETERS,
  });
  if (isNew) markReady(directory);
  return engine;
}
