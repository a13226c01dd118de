import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { until } from './until.ts';

const execute = promisify(execFile);
const LAUNCHER = join(import.meta.dirname, '..', '..', '..', 'apps', 'agent', 'bin', 'stella-agent');
const START_MS = 180_000;
const KILLED_MS = 180_000;

export interface AgentEnding {
  readonly exit: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** An agent as it runs on a host: a process with its data folder. */
export interface AgentProcess {
  readonly pid: number;
  readonly ended: Promise<AgentEnding>;
  /** Killed from within. @throws when it lives on */
  killed(): Promise<void>;
  /** Waits until it stands still, as the hook that is loaded into it makes it. */
  stopped(): Promise<void>;
  /** Lets it go on that stands still. */
  goOn(): void;
  log(): string;
  /** Highest resident memory so far. */
  peakMemoryBytes(): number;
  end(signal?: NodeJS.Signals): Promise<AgentEnding>;
}

export interface AgentProcessOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly scriptRoot?: string;
  /** One file as it ships in place of the source tree. */
  readonly program?: string;
}

/** What `stella agent enrol` prints, on the host of the agent. */
export async function enrolAgent(
  options: AgentProcessOptions,
  enrolment: { readonly address: string; readonly token: string; readonly authorityFingerprint: string },
): Promise<void> {
  const { address, token, authorityFingerprint } = enrolment;
  const words = ['enrol', '--server', address, '--authority-fingerprint', authorityFingerprint, '--token-file', '-'];
  const env = { ...process.env, ...options.env };
  const child = execute(options.program ?? LAUNCHER, [...words, '--data-dir', options.dataDir], { env });
  child.child.stdin?.end(token);
  await child;
}

/** Runs an agent until it says that it has started. */
export async function startAgentProcess(options: AgentProcessOptions): Promise<AgentProcess> {
  const words = ['run', '--data-dir', options.dataDir];
  if (options.scriptRoot !== undefined) words.push('--script-root', options.scriptRoot);
  const child = spawn(options.program ?? LAUNCHER, words, {
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  const started = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
      if (stderr.includes('"Agent started"')) resolve();
    });
  });
  const ended = endOf(child, () => stderr);
  const failed = ended.then(() => {
    throw new Error(`the agent ended before it had started: ${stderr.slice(-2000)}`);
  });
  failed.catch(() => undefined);
  const timer = setTimeout(() => child.kill('SIGKILL'), START_MS);
  await Promise.race([started, failed]);
  clearTimeout(timer);
  const pid = child.pid ?? 0;
  return {
    pid,
    ended,
    killed: async () => {
      const timer = setTimeout(() => child.kill('SIGTERM'), KILLED_MS);
      const { signal } = await ended;
      clearTimeout(timer);
      if (signal !== 'SIGKILL') throw new Error(`the agent was not killed: ${stderr.slice(-2000)}`);
    },
    stopped: async () => {
      await until(
        () => Promise.resolve(child.exitCode === null && child.signalCode === null ? stateOf(pid) : 'gone'),
        (state) => {
          if (state === 'gone') throw new Error(`the agent ended instead of standing still: ${stderr.slice(-2000)}`);
          return state === 'T';
        },
      );
    },
    goOn: () => void process.kill(pid, 'SIGCONT'),
    log: () => stderr,
    peakMemoryBytes: () => {
      const [, kilobytes = '0'] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
      return Number(kilobytes) * 1024;
    },
    end: (signal = 'SIGTERM') => {
      child.kill(signal);
      // One that stands still hears of it only then.
      child.kill('SIGCONT');
      return ended;
    },
  };
}

/** One letter by which the kernel tells it: `T` for stopped. */
function stateOf(pid: number): string {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2, text.lastIndexOf(')') + 3);
}

function endOf(child: ChildProcess, stderr: () => string): Promise<AgentEnding> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exit, signal) => resolve({ exit, signal, stderr: stderr() }));
  });
}
