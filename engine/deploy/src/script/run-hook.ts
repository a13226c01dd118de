import { spawn } from 'node:child_process';
import type { ScriptHook } from '@stella-ops/engine-compose';
import { fail } from '../errors.ts';

const MAX_OUTPUT_BYTES = 64 * 1024;
/** Between the request to end and the kill. */
const GRACE_MS = 5000;
/** A program that a hook left behind may keep the pipe open; what it writes later is nobody's output. */
const DRAIN_MS = 200;

export interface HookRun {
  readonly name: string;
  readonly folder: string;
  /** All that the hook sees besides its own: nothing of the agent's environment, which may hold secrets. */
  readonly environment: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  output(text: string): void;
}

/**
 * Runs a program in a process group of its own, which is ended as a whole at the time limit. Programs that it left
 * running when it ended in time stay.
 *
 * @throws AppError `DEPLOY_HOOK_FAILED` with the code and the last line, `DEPLOY_HOOK_TIMEOUT`
 */
export async function runHook(hook: ScriptHook, run: HookRun): Promise<void> {
  const [program = '', ...rest] = hook.argv;
  const tail = new Tail();
  let stoppedBy: 'time' | 'signal' | undefined;
  const code = await new Promise<number | string>((resolve) => {
    const child = spawn(program, rest, {
      cwd: run.folder,
      env: { ...run.environment, ...hook.environment },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const kill = (signal: NodeJS.Signals): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, signal);
      } catch {
        // It has ended meanwhile.
      }
    };
    let killer: NodeJS.Timeout | undefined;
    const end = (why: 'time' | 'signal'): void => {
      if (stoppedBy !== undefined) return;
      stoppedBy = why;
      kill('SIGTERM');
      killer = setTimeout(() => kill('SIGKILL'), GRACE_MS);
    };
    const limit = setTimeout(() => end('time'), hook.timeoutSeconds * 1000);
    const onAbort = (): void => end('signal');
    run.signal.addEventListener('abort', onAbort, { once: true });
    const settle = (result: number | string): void => {
      clearTimeout(limit);
      clearTimeout(killer);
      run.signal.removeEventListener('abort', onAbort);
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(result);
    };
    child.stdout.on('data', (chunk: Buffer) => tail.add(chunk));
    child.stderr.on('data', (chunk: Buffer) => tail.add(chunk));
    child.on('error', (error) => settle(error.message));
    child.on('exit', (status, signal) => {
      const drained = setTimeout(() => settle(status ?? signal ?? 'unknown'), DRAIN_MS);
      child.on('close', () => {
        clearTimeout(drained);
        settle(status ?? signal ?? 'unknown');
      });
    });
  });
  const text = tail.text();
  if (text !== '') run.output(`${text.trimEnd()}\n`);
  run.signal.throwIfAborted();
  if (stoppedBy === 'time') {
    throw fail('DEPLOY_HOOK_TIMEOUT', `the hook ${run.name} did not end within ${hook.timeoutSeconds} s`);
  }
  if (code === 0) return;
  const [last = ''] = text.trimEnd().split('\n').slice(-1);
  const how = typeof code === 'number' ? `ended with code ${code}` : `could not run: ${code}`;
  throw fail(
    'DEPLOY_HOOK_FAILED',
    `the hook ${run.name} ${how}${last === '' ? '' : `; it said: ${last.slice(0, 300)}`}`,
  );
}

/** The last bytes of what was written. */
class Tail {
  #chunks: Buffer[] = [];
  #size = 0;

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size < 4 * MAX_OUTPUT_BYTES) return;
    this.#chunks = [this.#bytes()];
    this.#size = this.#chunks[0]?.length ?? 0;
  }

  text(): string {
    // It ends on somebody's terminal.
    return this.#bytes()
      .toString('utf8')
      .replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '');
  }

  #bytes(): Buffer {
    return Buffer.concat(this.#chunks).subarray(-MAX_OUTPUT_BYTES);
  }
}
