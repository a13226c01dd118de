import { existsSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dropSchemas, lockDirectory, ownSchemas } from '@stella-ops/platform/database';
import { databaseFolder } from '../first-settings.ts';
import { fail } from './errors.ts';
import { type Installation, withDatabase } from './installation.ts';
import { DUMP_PATH } from './layout.ts';
import { assertAlone } from './postgres-tools.ts';
import { begin, finish, markOf } from './unfinished.ts';

/** What the product puts into its folder. What somebody else put there stays. */
const OURS = ['database', DUMP_PATH, 'objects', 'demo', 'demo-is-complete', 'configuration', 'secrets'];

/**
 * Deletes an installation: its schemas on PostgreSQL, and what it has in the data folder, secrets last. One that was ended
 * half way is gone on with by the next.
 *
 * @returns names of what was left in the folder, since it is not ours
 * @throws AppError `DATA_MISSING`, `DATABASE_LOCKED`, `DATABASE_IN_USE`
 */
export async function resetInstallation(installation: Installation): Promise<readonly string[]> {
  const { dataDir, databaseUrl } = installation;
  const isThere = existsSync(dataDir) && [...OURS.map((name) => join(dataDir, name)), markOf(dataDir)].some(existsSync);
  if (!isThere) throw fail('DATA_MISSING', `${dataDir} holds no installation`);
  const lock = lockDirectory(databaseFolder(dataDir));
  try {
    if (databaseUrl !== undefined) {
      await withDatabase(installation, async (database) => {
        await assertAlone(database);
        begin(dataDir, 'a reset that did not end');
        await dropSchemas(database, await ownSchemas(database));
      });
    }
    begin(dataDir, 'a reset that did not end');
    for (const name of OURS) await rm(join(dataDir, name), { recursive: true, force: true });
  } finally {
    lock.release();
  }
  await rm(`${databaseFolder(dataDir)}.lock`, { force: true });
  finish(dataDir);
  return readdirSync(dataDir).sort();
}
