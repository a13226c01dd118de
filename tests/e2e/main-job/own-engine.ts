import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EngineView, engineAt } from './engine.ts';

const START_MS = 60_000;

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

/**
 * Needs the part `dockerd`.
 *
 * @param folder a new folder with a short path: sockets have at most 107 characters
 */
export async function startOwnEngine(folder: string): Promise<OwnEngine> {
  mkdirSync(folder);
  const host = `unix://${join(folder, 'docker.sock')}`;
  const view = engineAt(host);
  let process = await start(folder, view);
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
      process = await start(folder, view);
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
      for (const path of PID_FILES) endLeftOver(join(folder, path));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

const PID_FILES = ['docker.pid', join('exec', 'containerd', 'containerd.pid')];

async function start(folder: string, { docker }: EngineView): Promise<ChildProcess> {
  const log = createWriteStream(join(folder, 'dockerd.log'), { flags: 'a' });
  const child = spawn(
    'dockerd',
    [
      ...['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'docker.pid'), '--host', `unix://${join(folder, 'docker.sock')}`],
      ...['--bridge=none', '--iptables=false', '--ip6tables=false'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  child.stderr.pipe(log);
  for (const endsAtMs = performance.now() + START_MS; ;) {
    const answer = await docker('version').catch((error: unknown) => error);
    if (typeof answer === 'string') return child;
    if (child.exitCode !== null || performance.now() > endsAtMs) {
      child.kill('SIGKILL');
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
