import { existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { bundleBytes, type BundleSource, packBundle } from '@stella-ops/engine-archive';
import { AppError, canonicalBytes, type Digest } from '@stella-ops/engine-kernel';
import { lockDirectory, ownSchemas } from '@stella-ops/platform/database';
import { databaseFolder } from '../first-settings.ts';
import { BUILD } from '../version.ts';
import { chainEnds } from './chains.ts';
import { databaseFiles, fileSource, objectFiles, plainFiles } from './collect-files.ts';
import { fail, withoutRoom } from './errors.ts';
import { type Installation, withDatabase } from './installation.ts';
import { BACKUP_KIND, type BackupRecord, DUMP_PATH, RECORD_PATH } from './layout.ts';
import { dumpDatabase } from './postgres-tools.ts';
import { checkArchive, type CheckedArchive } from './read-archive.ts';
import { assertFinished, syncFolder } from './unfinished.ts';

export interface BackupReport extends CheckedArchive {
  readonly output: string;
}

interface BackupOptions {
  readonly installation: Installation;
  readonly output: string;
  /** Master key, first passwords and configuration files too. */
  readonly withSecrets: boolean;
  /** RFC 3339. */
  readonly now: string;
}

/** As many as the reader of bundles takes. */
const MAX_FILES = 1_000_000;

/**
 * Writes a backup, reads it back, and only then gives it its name.
 *
 * The embedded database is copied while its folder is locked, so no server runs. On PostgreSQL servers may go on: the dump
 * is one state of the database, and objects, which come after, are written before the rows that name them and never change.
 *
 * @throws AppError `BACKUP_*`, `DATA_*`, `DATABASE_*`
 */
export async function writeBackup({ installation, output, withSecrets, now }: BackupOptions): Promise<BackupReport> {
  const { dataDir, databaseUrl } = installation;
  const target = resolve(output);
  assertOutput(target, dataDir);
  assertFinished(dataDir);
  const embedded = databaseFolder(dataDir);
  // A server makes `secrets` wherever it starts: without it this is another folder, and the backup would have no objects.
  if (!existsSync(databaseUrl === undefined ? join(embedded, 'ready') : join(dataDir, 'secrets')))
    throw fail('DATA_MISSING', `${dataDir} holds no installation`);
  const draft = join(dirname(target), `.${basename(target)}.${process.pid}.unfinished`);
  const dump = `${draft}.dump`;
  const { ends, schemas } = await withDatabase(installation, async (database) => ({
    ends: await chainEnds(database),
    schemas: databaseUrl === undefined ? [] : await ownSchemas(database),
  }));
  const lock = databaseUrl === undefined ? lockDirectory(embedded) : undefined;
  try {
    const database =
      installation.toolUrl === undefined
        ? await databaseFiles(embedded)
        : await dumped(installation.toolUrl, schemas, dump);
    const record: BackupRecord = {
      format: 'stella.backup/v1',
      release: BUILD.version,
      engine: databaseUrl === undefined ? 'embedded' : 'postgres',
      hasSecrets: withSecrets,
      folders: [...database.folders],
      ...ends,
    };
    const files = [
      bundleBytes(RECORD_PATH, canonicalBytes(record)),
      ...database.files,
      ...(await objectFiles(join(dataDir, 'objects'))),
      ...(await demoMark(dataDir)),
      ...(withSecrets ? await secretFiles(installation) : []),
    ];
    if (files.length > MAX_FILES) throw fail('BACKUP_TOO_LARGE', `${files.length} files are over ${MAX_FILES}`);
    await writeDraft(draft, packBundle({ kind: BACKUP_KIND, created: now, files, compression: 'zstd' }));
  } catch (error) {
    await rm(draft, { force: true });
    throw translated(error, dataDir, target);
  } finally {
    await rm(dump, { force: true });
    lock?.release();
  }
  const checked = await checkArchive(draft).catch(async (error: unknown) => {
    await rm(draft, { force: true });
    throw error;
  });
  await rename(draft, target);
  syncFolder(dirname(target));
  return { ...checked, output: target };
}

function assertOutput(target: string, dataDir: string): void {
  if (existsSync(target)) throw fail('BACKUP_OUTPUT_INVALID', `${target} is there already`);
  if (!existsSync(dirname(target))) throw fail('BACKUP_OUTPUT_INVALID', `there is no folder ${dirname(target)}`);
  // It would go with what it is to bring back.
  if (`${target}${sep}`.startsWith(`${dataDir}${sep}`))
    throw fail('BACKUP_OUTPUT_INVALID', `${target} lies in the data folder`);
}

async function dumped(url: string, schemas: readonly string[], file: string) {
  // Made before pg_dump writes to it, so that nobody else may read it.
  await (await open(file, 'wx', 0o600)).close();
  await dumpDatabase(url, schemas, file);
  return { files: [await fileSource(DUMP_PATH, file)], folders: [] };
}

/** The demo is not filled a second time. */
async function demoMark(dataDir: string): Promise<readonly BundleSource[]> {
  const file = join(dataDir, 'demo-is-complete');
  return existsSync(file) ? [await fileSource('demo-is-complete', file)] : [];
}

async function secretFiles({ dataDir, masterKeyFile, configuration }: Installation): Promise<readonly BundleSource[]> {
  const own = await plainFiles('secrets', join(dataDir, 'secrets'));
  const hasKey = own.some(({ path }) => path === 'secrets/master-key');
  // A key that is kept elsewhere comes back where a server looks for it first.
  const key = hasKey || !existsSync(masterKeyFile) ? [] : [await fileSource('secrets/master-key', masterKeyFile)];
  const settings = configuration.map(({ path, text }) =>
    bundleBytes(`configuration/${basename(path)}`, Buffer.from(text)),
  );
  return [...own, ...key, ...settings];
}

async function writeDraft(draft: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(draft, 'wx', 0o600);
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** What packing says of files, as what it means for an operator. */
function translated(error: unknown, dataDir: string, target: string): unknown {
  if (!(error instanceof AppError) || error.code !== 'BUNDLE_SOURCE_CHANGED')
    return withoutRoom(error, dirname(target));
  const file = join(dataDir, error.place?.file ?? '');
  return fail('BACKUP_OBJECT_CORRUPT', `${file} is not what it was when it was stored`, { place: { file } });
}

/** What an operator must know of a backup. */
export function describeBackup({ record, digest, manifest, sizeBytes }: CheckedArchive): readonly string[] {
  return [
    `  digest    ${digest satisfies Digest}`,
    `  holds     ${manifest.files.length} files, ${Math.ceil(sizeBytes / 1024 ** 2)} MiB unpacked; ${record.engine === 'embedded' ? 'embedded database' : 'PostgreSQL'}`,
    ...record.audit.map(({ tenantName, sequence, hash }) => `  audit     ${tenantName}: entry ${sequence}, ${hash}`),
    ...(record.log === null
      ? []
      : [`  log       ${record.log.origin}: ${record.log.size} entries, root ${record.log.root}`]),
    record.hasSecrets
      ? '  secrets   included: whoever has this file can sign as you. Keep it as you keep the master key.'
      : '  secrets   not included. Without the file secrets/master-key, kept elsewhere, nobody can sign in and nothing is signed.',
  ];
}
