import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { describeNeeding } from '@stella-ops/testkit';
import { openDatabase } from '@stella-ops/platform/database';
import { temporaryFolder } from '@stella-ops/testkit/server';

const WRITER = new URL('database-writer.ts', import.meta.url).pathname;

interface Writer {
  readonly child: ChildProcess;
  /** Ids whose commit was acknowledged, so far. */
  readonly acknowledged: string[];
  /** Resolves at the first line. */
  readonly ready: Promise<void>;
}

function startWriter(dataDir: string, prefix: string): Writer {
  const child = spawn(process.execPath, [WRITER, dataDir, prefix], { stdio: ['ignore', 'pipe', 'inherit'] });
  const acknowledged: string[] = [];
  const ready = Promise.withResolvers<void>();
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (text + chunk.toString('utf8')).split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) {
      if (line === 'ready') ready.resolve();
      else acknowledged.push(line);
    }
  });
  child.once('exit', () => ready.resolve());
  return { child, acknowledged, ready: ready.promise };
}

async function storedIds(dataDir: string): Promise<Set<string>> {
  const database = await openDatabase({ kind: 'embedded', dataDir });
  try {
    const { rows } = await database.withOwner((tx) => sql<{ id: string }>`select id from crash.row`.execute(tx));
    return new Set(rows.map((row) => row.id));
  } finally {
    await database.close();
  }
}

describe('embedded database on disk', () => {
  test('SIGKILL in the middle of commits loses nothing that was acknowledged', async () => {
    const kills = 20;
    const dataDir = temporaryFolder();
    const acknowledged: string[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const writer = startWriter(dataDir, `run${kill}`);
      await writer.ready;
      // The moments differ from run to run: before the first commit, and after up to some hundred.
      const after = (kill * 37) % 101;
      while (writer.acknowledged.length < after) await once(writer.child.stdout as NodeJS.ReadableStream, 'data');
      writer.child.kill('SIGKILL');
      await once(writer.child, 'close');
      acknowledged.push(...writer.acknowledged);
    }
    const stored = await storedIds(dataDir);
    expect(acknowledged.length).toBeGreaterThan(kills * 40);
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    // At most the one commit of each run that was under way may stand without having been acknowledged.
    expect(stored.size - acknowledged.length).toBeLessThanOrEqual(kills);
  }, 900_000);

  test('a first start that is killed leaves nothing behind that stops the second', async () => {
    const dataDir = temporaryFolder();
    for (const file of ['cluster/PG_VERSION', 'cluster/global/pg_control']) {
      // On a machine with other work it may be ready before anybody sees the file.
      for (let tries = 1; ; tries++) {
        const writer = startWriter(dataDir, 'first');
        while (!existsSync(join(dataDir, file)) && writer.child.exitCode === null) await new Promise(setImmediate);
        writer.child.kill('SIGKILL');
        await once(writer.child, 'close');
        if (!existsSync(join(dataDir, 'ready'))) break;
        expect(tries, 'starts that were not killed in time').toBeLessThan(20);
        rmSync(dataDir, { recursive: true });
      }
    }
    const database = await openDatabase({ kind: 'embedded', dataDir });
    await database.close();
    expect(existsSync(join(dataDir, 'ready'))).toBe(true);
  });

  test('a second process on the same directory is refused; a dead one holds nothing', async () => {
    const dataDir = temporaryFolder();
    const writer = startWriter(dataDir, 'only');
    await writer.ready;
    await expect(openDatabase({ kind: 'embedded', dataDir })).rejects.toMatchObject({
      code: 'DATABASE_LOCKED',
      message: `the data directory ${dataDir} is in use`,
    });
    writer.child.kill('SIGKILL');
    await once(writer.child, 'close');
    const database = await openDatabase({ kind: 'embedded', dataDir });
    await expect(openDatabase({ kind: 'embedded', dataDir })).rejects.toMatchObject({ code: 'DATABASE_LOCKED' });
    await database.close();
  });

  test('the directory is for its owner only', async () => {
    const dataDir = temporaryFolder();
    const database = await openDatabase({ kind: 'embedded', dataDir });
    await database.close();
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
  });

  test('files of another PostgreSQL, or none, are refused and left as they are', async () => {
    const dataDir = temporaryFolder();
    await (await openDatabase({ kind: 'embedded', dataDir })).close();
    const file = join(dataDir, 'cluster/PG_VERSION');
    writeFileSync(file, '17\n');
    await expect(openDatabase({ kind: 'embedded', dataDir })).rejects.toMatchObject({ code: 'DATABASE_DATA_UNUSABLE' });
    expect(readFileSync(file, 'utf8')).toBe('17\n');
    rmSync(file);
    await expect(openDatabase({ kind: 'embedded', dataDir })).rejects.toMatchObject({ code: 'DATABASE_DATA_UNUSABLE' });
  });

  test('a database whose ready mark was lost is moved aside, not deleted', async () => {
    const dataDir = temporaryFolder();
    await (await openDatabase({ kind: 'embedded', dataDir })).close();
    renameSync(join(dataDir, 'ready'), join(dataDir, 'gone'));
    await (await openDatabase({ kind: 'embedded', dataDir })).close();
    expect(existsSync(join(dataDir, 'cluster.incomplete/PG_VERSION'))).toBe(true);
  });
});

describeNeeding(['strace'], 'embedded database under strace', () => {
  test('before a commit is acknowledged there was a sync for it and for each one before', () => {
    const dataDir = temporaryFolder();
    const commits = 200;
    const log = `${dataDir}.strace`;
    const trace = ['-f', '-e', 'trace=fsync,fdatasync,write', '-o', log];
    execFileSync('strace', [...trace, process.execPath, WRITER, dataDir, 'row', String(commits)], { stdio: 'ignore' });
    let syncs = 0;
    const syncsBefore: number[] = [];
    for (const line of readFileSync(log, 'utf8').split('\n')) {
      // A call during which another thread made one is written in two lines; the second has the result.
      if (/ f(?:data)?sync(?:\(\d+| resumed>)\) += 0/.test(line)) syncs++;
      else if (line.includes('write(1, "ready')) syncs = 0;
      else if (line.includes('write(1, "row-')) syncsBefore.push(syncs);
    }
    expect(syncsBefore).toHaveLength(commits);
    expect(syncsBefore.filter((count, index) => count < index + 1)).toEqual([]);
  });
});
