import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '@stella-ops/engine-kernel';

/** Everything a command may touch outside its arguments. Tests make their own. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly cwd: string;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly isTerminal: boolean;
  /** Asks on the terminal without showing what is typed; undefined without a terminal. */
  askSecret(prompt: string): Promise<string | undefined>;
  /** Replaces the progress line on a terminal; quiet in a pipe. */
  progress(text: string): void;
  /** A line on standard error that is not part of the result. */
  notice(text: string): void;
  /** A line of a result that has no end, on standard output at once. */
  line(text: string): void;
}

export const systemClock: Clock = { now: () => new Date().toISOString() };

/** Where caches live: `STELLA_CACHE_DIR`, else `$XDG_CACHE_HOME/stella`, else `~/.cache/stella`; undefined without a home. */
export function cacheFolder(env: Context['env']): string | undefined {
  if (env['STELLA_CACHE_DIR']) return env['STELLA_CACHE_DIR'];
  if (env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'stella');
  const home = env['HOME'] ?? (process.platform === 'win32' ? homedir() : '');
  return home === '' ? undefined : join(home, '.cache', 'stella');
}

/** `SOURCE_DATE_EPOCH` (reproducible-builds.org) when set, else the clock. */
export function creationTime(context: Context): string {
  const epoch = context.env['SOURCE_DATE_EPOCH'];
  if (epoch !== undefined && /^\d{1,11}$/.test(epoch)) return new Date(Number(epoch) * 1000).toISOString();
  return context.clock.now();
}
