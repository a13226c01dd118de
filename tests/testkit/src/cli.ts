import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const sourceLauncher = join(import.meta.dirname, '..', '..', '..', 'apps', 'cli', 'bin', 'stella');

export interface CliRun {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  /** Words put before the program, such as `unshare --net`. */
  readonly prefix?: readonly string[];
  /** Another launcher than that of the source tree. */
  readonly launcher?: string;
  /** After this time the process is killed. */
  readonly timeoutMs?: number;
}

/** Runs the real command line as a process of its own, the way a person or a pipeline does. */
export function stella(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const { launcher = sourceLauncher } = options;
  const [file = launcher, ...words] = [...(options.prefix ?? []), launcher, ...args];
  const env = { ...process.env, STELLA_CACHE_DIR: join(tmpdir(), 'stella-test-cache', 'cli'), ...options.env };
  const child = spawn(file, words, {
    cwd: options.cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (status, signal) => {
      const stderr = Buffer.concat(err).toString();
      done({
        exit: status ?? -1,
        stdout: Buffer.concat(out).toString(),
        stderr: signal === null ? stderr : `${stderr}\nkilled by ${signal}`,
      });
    });
  });
}

/** A new folder under the system's temporary one. The machine forgets it; tests need not. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `stella-${name}-`));
}
