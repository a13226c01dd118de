import { spawn } from 'node:child_process';

export interface Killed {
  /** Whole lines that the program wrote before it was gone; there may be more than were waited for. */
  readonly lines: readonly string[];
  readonly errors: string;
}

/**
 * Lets a Node program write `count` lines and kills it, by SIGKILL, while it is at the next one.
 *
 * @throws Error when the program ends by itself
 */
export function killAfterLines(args: readonly string[], count: number, env = process.env): Promise<Killed> {
  const child = spawn(process.execPath, args, { env });
  let out = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString('utf8')));
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
    if (out.split('\n').length > count) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_code, signal) => {
      if (signal !== 'SIGKILL') reject(new Error(`the program ended by itself: ${errors}`));
      resolve({ lines: out.split('\n').slice(0, -1), errors });
    });
  });
}
