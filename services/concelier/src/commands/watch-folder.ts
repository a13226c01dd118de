import { AppError, digestFrom, newHash } from '@stella-ops/engine-kernel';
import type { Transaction } from 'kysely';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Watch } from '../config.ts';
import type { Parts } from '../parts.ts';
import { findFeed } from '../store/feed.ts';
import { findWatchedFile, putWatchedFile, type WatchedFile } from '../store/watched-files.ts';
import { commitOfService } from './commit.ts';
import { createSnapshot } from './create-snapshot.ts';
import { importFile } from './import-file.ts';

const ENDINGS = ['.json', '.jsonl', '.jsonl.zst', '.jsonl.gz', '.zip'];
const MAX_FILES = 100_000;
const MAX_DEPTH = 8;

/**
 * Looks at a watched folder once: imports files that are new or have changed, then makes a snapshot if the tenant's
 * newest one does not hold what is known. A file that cannot be taken is logged, counted, and left until it changes;
 * it keeps no other file waiting.
 */
export async function lookAtFolder(parts: Parts, watch: Watch): Promise<void> {
  const { host, logger, record, stopping: signal } = parts;
  const { tenantId, path: folder } = watch;
  try {
    for (const path of await filesIn(folder)) {
      if (signal.aborted) return;
      try {
        await takeFile(parts, watch, path);
      } catch (error) {
        if (signal.aborted) return;
        record.watchFailures(1, {});
        logger.error('A watched file could not be imported', { path, watchedTenant: tenantId, error });
      }
    }
    const feed = await host.database.withTenant(tenantId, (tx: Transaction<unknown>) => findFeed(tx, tenantId), {
      isReadOnly: true,
    });
    if (feed === undefined || feed.version === feed.snapshot_version || signal.aborted) return;
    const commit = commitOfService(parts, tenantId, 'concelier.snapshot-of-watched-folder');
    await createSnapshot(parts, { tenantId, commit });
  } catch (error) {
    if (signal.aborted) return;
    record.watchFailures(1, {});
    logger.error('A watched folder could not be read', { path: folder, watchedTenant: tenantId, error });
  }
}

async function takeFile(parts: Parts, { tenantId, source }: Watch, path: string): Promise<void> {
  const { database } = parts.host;
  const { size: sizeBytes, mtimeMs: modifiedMs } = await stat(path);
  const known = await database.withTenant(tenantId, (tx: Transaction<unknown>) => findWatchedFile(tx, tenantId, path), {
    isReadOnly: true,
  });
  if (known !== undefined && known.sizeBytes === sizeBytes && known.modifiedMs === modifiedMs) return;
  const contentDigest = await digestOfFile(path);
  const seen: WatchedFile = { path, sizeBytes, modifiedMs, contentDigest, fault: null };
  const note = (file: WatchedFile): Promise<void> =>
    database.withTenant(tenantId, (tx: Transaction<unknown>) => putWatchedFile(tx, tenantId, file));
  if (known?.contentDigest === contentDigest) return note({ ...known, sizeBytes, modifiedMs });
  const now = await stat(path);
  // Somebody is still writing it: the next look finds it whole.
  if (now.size !== sizeBytes || now.mtimeMs !== modifiedMs) return;
  try {
    await importFile(parts, {
      tenantId,
      source,
      signal: parts.stopping,
      file: { path, sizeBytes, digest: contentDigest },
      commit: commitOfService(parts, tenantId, 'concelier.import-of-watched-file'),
      finish: (tx) => putWatchedFile(tx, tenantId, seen),
    });
  } catch (error) {
    if (error instanceof AppError && error.code === 'ADVISORIES_INVALID') {
      await note({ ...seen, fault: error.message.replaceAll('\0', '\ufffd').slice(0, 500) });
    }
    throw error;
  }
}

async function digestOfFile(path: string): Promise<`sha256:${string}`> {
  const hash = newHash();
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(chunk as Buffer);
  return digestFrom(hash);
}

/** By name, folders inside too. Links and names that begin with a dot are passed over. */
async function filesIn(folder: string, depth = 0): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory() && depth < MAX_DEPTH) files.push(...(await filesIn(path, depth + 1)));
    else if (entry.isFile() && ENDINGS.some((ending) => entry.name.endsWith(ending))) files.push(path);
    if (files.length > MAX_FILES) throw new Error(`there are more than ${MAX_FILES} files under ${folder}`);
  }
  return files;
}
