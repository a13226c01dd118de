import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type EngineView, engineAt } from './engine.ts';

const execute = promisify(execFile);

const START_MS = 180_000;

/**
 * A Docker Engine of a test's own: nobody else has containers or images on it, so that whatever differs from what was
 * deployed is the test's own doing. It has no bridge: containers have `network_mode: none` or `host`.
 */
export interface OwnEngine extends EngineView {
  readonly host: string;
  readonly pid: number;
  /** Ends it at once, as a crash would; what runs in containers goes on. */
  readonly kill: () => Promise<void>;
  /** Runs it again with the same data. */
  readonly restart: () => Promise<void>;
  /** Ends it and removes all that it kept. */
  readonly remove: () => Promise<void>;
}

export interface OwnEngineOptions {
  /** Words before `dockerd`, which they must turn into: `nsenter` into a network of its own. */
  readonly prefix?: readonly string[];
  readonly flags?: readonly string[];
}

/**
 * Needs the part `dockerd`.
 *
 * @param folder a new folder with a short path: sockets have at most 107 characters
 */
export async function startOwnEngine(folder: string, options: OwnEngineOptions = {}): Promise<OwnEngine> {
  mkdirSync(folder);
  const host = `unix://${join(folder, 'docker.sock')}`;
  const view = engineAt(host);
  const clear = async (): Promise<void> => {
    for (const path of PID_FILES) endLeftOver(join(folder, path));
    await unmountBelow(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  let process = await start(folder, view, options).catch(async (error: unknown) => {
    await clear();
    throw error;
  });
  return {
    ...view,
    host,
    get pid() {
      return process.pid ?? 0;
    },
    kill: () => end(process, 'SIGKILL'),
    restart: async () => {
      await end(process, 'SIGKILL');
      for (const path of PID_FILES) endLeftOver(join(folder, path));
      process = await start(folder, view, options);
    },
    remove: async () => {
      await view.docker('info').then(
        async () => {
          const ids = await view.docker('ps', '--all', '--quiet');
          if (ids !== '') await view.docker('rm', '--force', '--volumes', ...ids.split('\n'));
        },
        () => undefined,
      );
      await end(process, 'SIGTERM');
      await clear();
    },
  };
}

const PID_FILES = ['docker.pid', join('exec', 'containerd', 'containerd.pid')];

async function start(
  folder: string,
  { docker }: EngineView,
  { prefix = [], flags = [] }: OwnEngineOptions,
): Promise<ChildProcess> {
  const log = createWriteStream(join(folder, 'dockerd.log'), { flags: 'a' });
  const places = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')];
  const doors = ['--pidfile', join(folder, 'docker.pid'), '--host', `unix://${join(folder, 'docker.sock')}`];
  const network = ['--bridge=none', '--iptables=false', '--ip6tables=false'];
  const [file = '', ...words] = [...prefix, 'dockerd', ...places, ...doors, ...network, ...flags];
  const child = spawn(file, words, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.pipe(log);
  for (const endsAtMs = performance.now() + START_MS; ;) {
    const answer = await docker('version').catch((error: unknown) => error);
    if (typeof answer === 'string') return child;
    if (child.exitCode !== null || performance.now() > endsAtMs) {
      await end(child, 'SIGKILL');
      const said = readFileSync(join(folder, 'dockerd.log'), 'utf8').slice(-2000);
      throw new Error(`the Engine does not answer: ${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

/** A killed Engine leaves its containerd behind, and files that keep the next one from starting. */
function endLeftOver(pidFile: string): void {
  let pid: number;
  try {
    pid = Number(readFileSync(pidFile, 'utf8'));
    // The number may belong to somebody else by now.
    const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    if (name === 'dockerd' || name === 'containerd') process.kill(pid, 'SIGKILL');
  } catch {
    // There is nothing left.
  }
  rmSync(pidFile, { force: true });
}

/** What an Engine had mounted when it was killed stays so, and holds its files. */
async function unmountBelow(folder: string): Promise<void> {
  const places = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((place) => place.startsWith(`${folder}/`));
  for (const place of places.toReversed()) await execute('umount', ['--lazy', place]).catch(() => undefined);
}
