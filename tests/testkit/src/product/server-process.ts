import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const MAIN = join(import.meta.dirname, '..', '..', '..', '..', 'apps', 'server', 'src', 'main.ts');
const READY_MS = 120_000;

export interface ServerProcessOptions {
  readonly dataDir: string;
  /** `section.key` → text; ports are free ones unless told. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Words put before the program, which they must turn into: signals go to the process that is started. */
  readonly prefix?: readonly string[];
}

/** How a process ended. */
export interface Ending {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A server as people run it: a process of its own, with ports, files and signals. */
export interface ServerProcess {
  readonly url: string;
  readonly apiUrl: string;
  readonly pid: number;
  readonly adminPassword: string;
  readonly ended: Promise<Ending>;
  /** Sends a signal and waits for the end. */
  end(signal?: NodeJS.Signals): Promise<Ending>;
}

/** Runs the program until it says that it is ready. @throws when it ends before */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { child, ended, said } = spawnServer(options);
  const announced = await Promise.race([
    said(/API {7}(\S+)\/api\/v1 \(also ([^)]+)\)[^]*\n {2}data /),
    ended.then(({ exit, signal, stderr }) => {
      throw new Error(`the server ended with ${signal ?? exit} before it was ready: ${stderr.slice(-2000)}`);
    }),
  ]);
  const [, url = '', apiUrl = ''] = announced;
  return {
    url,
    apiUrl,
    pid: child.pid ?? 0,
    adminPassword: readFileSync(seenBy(child.pid, join(options.dataDir, 'secrets', 'admin-password')), 'utf8').trim(),
    ended,
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    },
  };
}

/** A file as a process sees it that may have mounts of its own. */
export function seenBy(pid: number | undefined, path: string): string {
  const seen = join('/proc', String(pid), 'root', path);
  return existsSync(seen) ? seen : path;
}

/** Runs the program where it is expected to end by itself. */
export async function runServerProcess(options: ServerProcessOptions): Promise<Ending> {
  const { child, ended } = spawnServer(options);
  const timer = setTimeout(() => child.kill('SIGKILL'), READY_MS);
  try {
    return await ended;
  } finally {
    clearTimeout(timer);
  }
}

interface Spawned {
  readonly child: ChildProcess;
  readonly ended: Promise<Ending>;
  readonly said: (pattern: RegExp) => Promise<RegExpExecArray>;
}

function spawnServer({ dataDir, settings = {}, env = {}, prefix = [] }: ServerProcessOptions): Spawned {
  const all = { 'server.dataDir': dataDir, 'http.port': '0', 'http.apiPort': '0', 'log.level': 'warn', ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const [file = '', ...words] = [...prefix, process.execPath, MAIN, ...flags];
  const child = spawn(file, words, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const heard = new Set<() => void>();
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
    for (const hear of heard) hear();
  });
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString('utf8')));
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve({ exit, signal, stdout, stderr }));
  });
  const said = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        child.kill('SIGKILL');
        reject(new Error(`the server was not ready within ${READY_MS} ms: ${stderr.slice(-2000)}`));
      }, READY_MS);
      const hear = (): void => {
        const found = pattern.exec(stdout);
        if (found === null) return;
        heard.delete(hear);
        clearTimeout(timer);
        resolve(found);
      };
      heard.add(hear);
      // The timer must not hold up a test whose server ended by itself.
      void ended.finally(() => clearTimeout(timer));
    });
  return { child, ended, said };
}
