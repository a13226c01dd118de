import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A PostgreSQL server for tests: the one of `STELLA_TEST_POSTGRES_URL`, or a private one that goes with this process. */
export interface TestPostgres {
  /** A new empty database, by its URL. */
  createDatabase(): string;
  /** Stops and starts the server as after a power loss. Only a private server can. */
  crashAndRestart(): void;
  /** Stops and starts it as an operator does: connections are cut, transactions undone. Only a private server can. */
  restart(): Promise<void>;
}

let server: TestPostgres | undefined;

/** Use inside `describeNeeding(['postgres'], …)`. The same server for all tests of a process. */
export function testPostgres(): TestPostgres {
  const url = process.env['STELLA_TEST_POSTGRES_URL'];
  return (server ??= url === undefined ? startPrivate() : onServer(url));
}

export function hasPostgres(): boolean {
  return process.env['STELLA_TEST_POSTGRES_URL'] !== undefined || binaries() !== undefined;
}

/** Whether the server of {@link testPostgres} is a private one, which may be stopped. */
export function hasOwnPostgres(): boolean {
  return process.env['STELLA_TEST_POSTGRES_URL'] === undefined && binaries() !== undefined;
}

/** Folder of `initdb` and `pg_ctl`: where Debian keeps them, newest first, or on PATH. */
function binaries(): string | undefined {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [...versions.map((version) => join(root, version, 'bin')), ...(process.env['PATH'] ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')));
}

function startPrivate(): TestPostgres {
  const bin = binaries();
  if (bin === undefined) throw new Error('no PostgreSQL here');
  const home = mkdtempSync(join(tmpdir(), 'stella-postgres-'));
  const data = join(home, 'data');
  mkdirSync(data, { mode: 0o700 });
  const isRoot = process.getuid?.() === 0;
  // The server refuses to run as root; Debian's package brings a user for it.
  const commandOf = (program: string): readonly string[] => [
    ...(isRoot ? ['runuser', '-u', 'postgres', '--'] : []),
    join(bin, program),
  ];
  const run = (program: string, args: readonly string[]): void => {
    const [first = '', ...rest] = [...commandOf(program), ...args];
    execFileSync(first, rest, { stdio: 'ignore', cwd: home, timeout: 60_000 });
  };
  if (isRoot) {
    chmodSync(home, 0o755);
    execFileSync('chown', ['-R', 'postgres', home]);
  }
  run('initdb', ['-D', data, '-U', 'postgres', '-A', 'trust', '--encoding=UTF8', '--locale=C']);
  const start = (): void =>
    run('pg_ctl', ['-D', data, '-w', '-l', join(home, 'log'), '-o', `-c listen_addresses= -k ${home}`, 'start']);
  start();
  // A runner ends its workers by signal, so no exit handler is sure to run. The guard waits for the end of its input,
  // which comes when this process is gone, however it went.
  const stop = [...commandOf('pg_ctl'), '-D', data, '-m', 'immediate', 'stop'];
  const guard = spawn('sh', ['-c', 'cat; home=$1; shift; "$@"; rm -rf "$home"', 'sh', home, ...stop], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  guard.unref();
  (guard.stdin as Socket).unref();
  return {
    ...onServer(`postgres://postgres@localhost/postgres?host=${encodeURIComponent(home)}`),
    crashAndRestart: () => {
      run('pg_ctl', ['-D', data, '-m', 'immediate', 'stop']);
      start();
    },
    restart: async () => {
      const words = ['-D', data, '-w', '-m', 'fast', '-l', join(home, 'log'), 'restart'];
      const [first = '', ...rest] = [...commandOf('pg_ctl'), ...words];
      const child = spawn(first, rest, { stdio: 'ignore', cwd: home });
      const [code] = (await once(child, 'exit')) as [number | null];
      if (code !== 0) throw new Error(`PostgreSQL did not start again: ${code}`);
    },
  };
}

function onServer(url: string): TestPostgres {
  let count = 0;
  return {
    createDatabase: () => {
      const name = `stella_test_${process.pid}_${++count}`;
      const psql = existsSync(join(binaries() ?? '', 'psql')) ? join(binaries() ?? '', 'psql') : 'psql';
      execFileSync(psql, [
        '-q',
        '-d',
        url,
        '-c',
        'set client_min_messages to warning',
        '-c',
        `drop database if exists ${name}`,
        '-c',
        `create database ${name}`,
      ]);
      const own = new URL(url);
      own.pathname = `/${name}`;
      return own.href;
    },
    crashAndRestart: notOurs,
    restart: notOurs,
  };
}

function notOurs(): never {
  throw new Error('the server of STELLA_TEST_POSTGRES_URL is not ours to stop');
}
