import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a program from start to exit. */
export interface Run {
  readonly seconds: number;
  /** Highest resident memory the kernel saw, in MB. */
  readonly peakMb: number;
}

export interface Program {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** Exit codes that mean the work was done; default 0. */
  readonly exits?: readonly number[];
}

export interface Summary {
  readonly name: string;
  readonly seconds: number;
  readonly peakMb: number;
}

/**
 * Runs programs in turn, `rounds` times each after one round that only warms the page cache, and gives the median of
 * each. In turn, so that whatever else the machine does hits all of them alike.
 */
export async function inTurn(programs: readonly Program[], rounds: number): Promise<Summary[]> {
  const runs = new Map<string, Run[]>(programs.map((program) => [program.name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const program of programs) {
      const run = await runOnce(program);
      if (round > 0) runs.get(program.name)?.push(run);
    }
  }
  return programs.map(({ name }) => {
    const mine = runs.get(name) ?? [];
    return { name, seconds: median(mine.map((run) => run.seconds)), peakMb: median(mine.map((run) => run.peakMb)) };
  });
}

async function runOnce({ name, command: [file, ...args], env, exits = [0] }: Program): Promise<Run> {
  const started = performance.now();
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  // VmHWM is the kernel's own high-water mark, so a late look still sees the peak; only the last milliseconds can hide.
  let peakKb = 0;
  const timer = setInterval(() => (peakKb = Math.max(peakKb, highWaterKb(child.pid))), 4);
  const code = await new Promise<number>((done, failed) => {
    child.on('error', failed);
    child.on('exit', (status) => done(status ?? -1));
  });
  const seconds = (performance.now() - started) / 1000;
  clearInterval(timer);
  if (!exits.includes(code)) throw new Error(`${name} ended with ${code}: ${errors.slice(-500)}`);
  return { seconds, peakMb: peakKb / 1024 };
}

function highWaterKb(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
