import { readFileSync } from 'node:fs';
import type { Database, DatabaseOptions } from '@stella-ops/platform/database';
import { openDatabase } from '@stella-ops/platform/database';
import { databaseFolder, firstSettings, masterKeyFileOf } from '../first-settings.ts';

/** Where an installation keeps its things, by the settings that its server is started with. */
export interface Installation {
  /** Absolute. */
  readonly dataDir: string;
  readonly masterKeyFile: string;
  /** `undefined` where the database is embedded. */
  readonly databaseUrl: string | undefined;
  /** For pg_dump and pg_restore; the same unless another login was named. */
  readonly toolUrl: string | undefined;
  /** Configuration files, as they were read. */
  readonly configuration: readonly { readonly path: string; readonly text: string }[];
}

/**
 * @param databaseUrlFile file with the URL of a login for PostgreSQL's own programs
 * @throws AppError `CONFIG_INVALID`
 */
export function installationOf(
  env: Readonly<Record<string, string | undefined>>,
  flags: Readonly<Record<string, string>>,
  databaseUrlFile?: string,
): Installation {
  const { first, sources, dataDir } = firstSettings(env, flags);
  const databaseUrl = first.database.url;
  return {
    dataDir,
    masterKeyFile: masterKeyFileOf(dataDir, env),
    databaseUrl,
    toolUrl: databaseUrlFile === undefined ? databaseUrl : readFileSync(databaseUrlFile, 'utf8').trim(),
    configuration: sources.files,
  };
}

/** Opens the database for as long as `work` takes. Nothing is migrated. */
export async function withDatabase<T>(
  { dataDir, databaseUrl }: Pick<Installation, 'dataDir' | 'databaseUrl'>,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const options: DatabaseOptions =
    databaseUrl === undefined
      ? { kind: 'embedded', dataDir: databaseFolder(dataDir) }
      : { kind: 'postgres', url: databaseUrl, poolSize: 2 };
  const database = await openDatabase(options);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
