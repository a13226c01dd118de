import { existsSync, mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ownSchemas } from '@stella-ops/platform/database';
import { chainFaults } from './chains.ts';
import { fail, withoutRoom } from './errors.ts';
import { type Installation, withDatabase } from './installation.ts';
import { type BackupRecord, DUMP_PATH, RECORD_PATH } from './layout.ts';
import { assertAlone, restoreDatabase } from './postgres-tools.ts';
import { checkArchive, type CheckedArchive, readArchive } from './read-archive.ts';
import { assertFinished, begin, finish, syncFolder } from './unfinished.ts';

/** Where a restore can be ended from outside. */
export type RestoreStep = 'begun' | 'unpacking' | 'unpacked' | 'checked';

export interface RestoreReport extends CheckedArchive {
  readonly dataDir: string;
  /** Whether a server finds its master key. */
  readonly hasMasterKey: boolean;
}

interface RestoreOptions {
  readonly installation: Installation;
  readonly archive: string;
  /** Awaited at each step. */
  readonly reached?: (step: RestoreStep) => Promise<void>;
}

/**
 * Brings a backup back into an empty folder (and an empty database, on PostgreSQL). The archive is read as a whole before
 * anything is written; from then on a mark keeps servers off the folder, until audit trails and log have been read too.
 *
 * @throws AppError `BACKUP_*`, `DATA_*`, `DATABASE_*`, `SPACE_MISSING`
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const { installation, archive, reached = () => Promise.resolve() } = options;
  const { dataDir, databaseUrl, toolUrl } = installation;
  assertFinished(dataDir);
  assertEmpty(dataDir);
  if (!existsSync(archive)) throw fail('BACKUP_NOT_FOUND', `there is no file ${archive}`);
  const checked = await checkArchive(archive);
  const { record } = checked;
  assertFits(record, databaseUrl);
  if (databaseUrl !== undefined) await assertEmptyDatabase(installation);
  begin(dataDir, `a restore of ${archive} that did not end`);
  assertSpace(dataDir, checked);
  await reached('begun');

  for (const folder of record.folders) mkdirSync(join(dataDir, folder), { recursive: true, mode: 0o700 });
  let isFirst = true;
  try {
    await unpack(archive, dataDir, async () => {
      if (isFirst) await reached('unpacking');
      isFirst = false;
    });
    await syncTree(dataDir);
  } catch (error) {
    throw withoutRoom(error, dataDir);
  }
  await reached('unpacked');

  if (toolUrl !== undefined) {
    const dump = join(dataDir, DUMP_PATH);
    await restoreDatabase(toolUrl, dump);
    await rm(dump);
  }
  const faults = await withDatabase(installation, (database) => chainFaults(database, record));
  if (faults.length > 0) throw fail('DATA_NOT_AS_SIGNED', faults.slice(0, 10).join('; '));
  await reached('checked');
  finish(dataDir);
  return { ...checked, dataDir, hasMasterKey: existsSync(installation.masterKeyFile) };
}

function assertEmpty(dataDir: string): void {
  if (!existsSync(dataDir)) return;
  // Of a fresh file system.
  const found = readdirSync(dataDir).filter((name) => name !== 'lost+found');
  if (found.length === 0) return;
  const some = found.sort().slice(0, 5).join(', ');
  throw fail('DATA_NOT_EMPTY', `${dataDir} is not empty: ${some}${found.length > 5 ? ', …' : ''}`);
}

function assertFits({ engine }: BackupRecord, databaseUrl: string | undefined): void {
  if (engine === 'postgres' && databaseUrl === undefined)
    throw fail('BACKUP_UNFIT', 'the backup is of an installation on PostgreSQL, and database.url is not set');
  if (engine === 'embedded' && databaseUrl !== undefined)
    throw fail('BACKUP_UNFIT', 'the backup holds an embedded database, and database.url is set');
}

async function assertEmptyDatabase(installation: Installation): Promise<void> {
  await withDatabase(installation, async (database) => {
    const schemas = await ownSchemas(database);
    if (schemas.length > 0) throw fail('DATABASE_NOT_EMPTY', `the database has the schemas ${schemas.join(', ')}`);
    await assertAlone(database);
  });
}

function assertSpace(dataDir: string, { sizeBytes }: CheckedArchive): void {
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize > sizeBytes) return;
  finish(dataDir);
  const needed = Math.ceil(sizeBytes / 1024 ** 2);
  throw fail('SPACE_MISSING', `${needed} MiB are needed in ${dataDir}, and there is not as much`);
}

async function unpack(archive: string, dataDir: string, wrote: () => Promise<void>): Promise<void> {
  await readArchive(archive, ({ path }) => {
    // Its paths were compared with those that a backup has: none leaves the folder.
    if (path === RECORD_PATH) return undefined;
    const file = join(dataDir, path);
    let handle: FileHandle | undefined;
    const opened = async (): Promise<FileHandle> => {
      if (handle !== undefined) return handle;
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      return (handle = await open(file, 'wx', 0o600));
    };
    return {
      write: async (chunk) => (await opened()).writeFile(chunk),
      end: async () => {
        await (await opened()).close();
        await wrote();
      },
    };
  });
}

/** Everything below a folder is on the disk. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) {
      const handle = await open(path, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
  }
  syncFolder(folder);
}

/** What is left to do before a server starts there. */
export function describeRestore({ dataDir, record, hasMasterKey }: RestoreReport, keyFile: string): readonly string[] {
  const trails = record.audit.length === 1 ? 'one audit trail' : `${record.audit.length} audit trails`;
  return [
    `  data      ${dataDir}`,
    `  checked   every file, ${trails}, ${record.log === null ? 'no log yet' : `the log of ${record.log.size} entries`}`,
    hasMasterKey
      ? '  next      start the server'
      : `  next      put the master key into ${keyFile} (mode 0600), then start the server`,
    '            compare its checkpoint with the last one that somebody outside holds: docs/operations/backup.md',
  ];
}
