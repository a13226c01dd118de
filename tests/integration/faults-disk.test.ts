import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeNeeding } from '@stella-ops/testkit';
import { type ServerProcess, runServerProcess, startServerProcess } from '@stella-ops/testkit/product';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWriter, type Writer } from './faults-client.ts';

/** Room for two new embedded databases and some objects. */
const DISK = '320m';

describeNeeding(['mount'], 'a disk that is full', () => {
  let folder: string;
  let disk: Disk;
  let server: ServerProcess;
  const options = () => ({ dataDir: join(disk.path, 'data'), prefix: disk.prefix });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-disk-'));
    disk = await mountDisk(join(folder, 'disk'));
    server = await startServerProcess(options());
  });
  afterAll(async () => {
    await server?.end('SIGKILL');
    await disk?.unmount();
    rmSync(folder, { recursive: true, force: true });
  });

  test('fails requests with a clear error, loses nothing acknowledged, and is no matter once there is room again', async () => {
    const writer = await openWriter(server);
    const acknowledged: string[] = [];
    const refused: string[] = [];
    const write = async (name: string): Promise<void> => {
      const { error } = await writer.create(name);
      if (error === undefined) acknowledged.push(name);
      else refused.push(`${error.status} ${error.code} ${error.retryable}`);
    };
    for (let n = 0; n < 20; n++) await write(`before-${n}`);
    disk.fill();
    for (let n = 0; n < 200; n++) await write(`full-${n}`);
    expect(refused.length).toBeGreaterThan(150);
    expect(new Set(refused)).toEqual(new Set(['507 DATABASE_FULL true']));
    expect(await importSbom(server, writer)).toMatchObject({ status: 507, code: 'STORE_FULL' });
    // What needs no room goes on.
    expect((await writer.stored()).sort()).toEqual(acknowledged.toSorted());
    disk.free();
    // It may be on its way back from the full disk.
    await writer.insist('back');
    acknowledged.push('back');
    for (let n = 0; n < 20; n++) await write(`after-${n}`);
    expect(acknowledged.filter((name) => name.startsWith('after-'))).toHaveLength(20);
    for (let n = 0; n < 200; n++) await writer.insist(`full-${n}`);
    const all = [...new Set([...acknowledged, ...Array.from({ length: 200 }, (_, n) => `full-${n}`)])].sort();
    expect((await writer.stored()).sort()).toEqual(all);
    expect(await importSbom(server, writer)).toMatchObject({ status: 201 });

    // A process that dies on the full disk leaves nothing that its successor could not read.
    disk.fill();
    for (let n = 0; n < 5; n++) await write(`again-${n}`);
    await server.end('SIGKILL');
    // What its end has freed.
    disk.free();
    disk.fill();
    const ending = await runServerProcess(options());
    expect(ending).toMatchObject({ exit: 10, stdout: '' });
    expect(ending.stderr).toMatch(/^error DATABASE_FULL: .* 0 bytes left\n/m);
    expect(ending.stderr).toContain('hint: Free disk space where the database keeps its files.');
    disk.free();
    server = await startServerProcess(options());
    const stored = await (await openWriter(server)).stored();
    expect(stored).toEqual(expect.arrayContaining([...all, ...acknowledged]));
    expect(await server.end()).toMatchObject({ exit: 0 });
  });

  test('stops a first start with the same error, and not the second', async () => {
    const other = { dataDir: join(disk.path, 'other'), prefix: disk.prefix };
    // Not even the lock, and then room for the lock, but not for the files of a database.
    for (const leftBytes of [0, 8 * 1024 ** 2]) {
      disk.fill(leftBytes);
      const ending = await runServerProcess(other);
      disk.free();
      expect(ending.stderr).toMatch(/^error DATABASE_FULL: /m);
      expect(ending).toMatchObject({ exit: 10, stdout: '' });
    }
    const second = await startServerProcess(other);
    expect(await second.end()).toMatchObject({ exit: 0 });
  });
});

async function importSbom({ url }: ServerProcess, { token }: Writer): Promise<{ status: number; code?: string }> {
  const components = [{ type: 'library', name: 'ms', version: '2.1.3', purl: 'pkg:npm/ms@2.1.3' }];
  const response = await fetch(`${url}/api/v1/images/sboms?name=registry.example/web:1`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/vnd.cyclonedx+json' },
    body: JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1, components }),
  });
  return { ...((await response.json()) as { code?: string }), status: response.status };
}

interface Disk {
  readonly path: string;
  /** Words that make a command see it. */
  readonly prefix: readonly string[];
  /** Takes every byte that is left, but for so many. */
  fill(leftBytes?: number): void;
  free(): void;
  unmount(): Promise<void>;
}

/** A small file system in memory. It is seen in a namespace of its own, and goes with the process that holds that. */
async function mountDisk(path: string): Promise<Disk> {
  mkdirSync(path);
  const script = `mount -t tmpfs -o size=${DISK} stella-test "$0" && echo mounted && exec cat`;
  const holder: ChildProcess = spawn('unshare', ['--mount', 'sh', '-c', script, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout as NodeJS.ReadableStream, 'data');
  const filler = join('/proc', String(holder.pid), 'root', path, 'filler');
  return {
    path,
    prefix: ['nsenter', `--mount=/proc/${holder.pid}/ns/mnt`],
    fill: (leftBytes = 0) => {
      fill(filler);
      truncateSync(filler, statSync(filler).size - leftBytes);
    },
    free: () => rmSync(filler),
    unmount: async () => {
      const ended = once(holder, 'exit');
      holder.stdin?.end();
      await ended;
    },
  };
}

function fill(path: string): void {
  const file = openSync(path, 'w');
  try {
    for (let size = 1 << 20; size >= 512; size >>= 1) {
      const chunk = Buffer.alloc(size);
      try {
        while (writeSync(file, chunk) === size);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}
