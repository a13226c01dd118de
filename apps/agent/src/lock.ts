import { readFileSync } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';
import { fail } from './errors.ts';

/**
 * Keeps other processes out of a data folder until the answer is called. The file names the process and when it began:
 * numbers of processes are used again, in containers even at once.
 *
 * @throws AppError `AGENT_RUNS`
 */
export async function takeLock(path: string): Promise<() => Promise<void>> {
  const own = `${process.pid} ${beginOf(process.pid)}`;
  for (let attempt = 0; ; attempt++) {
    try {
      const file = await open(path, 'wx', 0o600);
      await file.writeFile(own);
      await file.close();
      return async () => {
        if ((await readFile(path, 'utf8').catch(() => '')) === own) await rm(path, { force: true });
      };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      const text = await readFile(path, 'utf8').catch(() => '');
      if (isHeld(text, own) || attempt === 5) {
        throw fail('AGENT_RUNS', `process ${text.split(' ')[0] ?? ''} works with this folder`, {
          place: { file: path },
        });
      }
      await rm(path, { force: true });
    }
  }
}

function isHeld(text: string, own: string): boolean {
  const [, pid = '', begin = ''] = /^(\d{1,10}) (\S{1,40})$/.exec(text) ?? [];
  if (pid === '') return false;
  if (text === own) return true;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' && beginOf(Number(pid)) === begin;
  }
  return beginOf(Number(pid)) === begin;
}

/** Clock ticks from boot to the begin of a process (proc_pid_stat(5), field 22); `-` where there is no such file. */
function beginOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name of the program stands in parentheses and may hold anything.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '-';
  } catch {
    return '-';
  }
}
