import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Part } from '@stella-ops/testkit';

export const ROOT = join(import.meta.dirname, '..', '..');

/** Pages of docs/guides whose examples speak to a server; `guides-server.test.ts` runs them. */
export const SERVER_GUIDES = ['control-plane.md', 'deployments.md', 'users-and-tokens.md'] as const;

/** An example of a page: a fenced block marked `sh`. Its comments `# exit 6` and `# needs zstd cosign` are for the tests. */
export interface Example {
  readonly script: string;
  readonly line: number;
  readonly exit: number;
  readonly needs: readonly Part[];
  /** Lines of the `text` block right behind it, if there is one. */
  readonly shows: readonly string[];
}

export function examplesOf(page: string): Example[] {
  return [...page.matchAll(/^```sh\n([^]*?)^```$(?:\n\n^```text\n([^]*?)^```$)?/gm)].map(
    ({ 1: script = '', 2: output = '', index }) => ({
      script,
      line: page.slice(0, index).split('\n').length,
      exit: Number(/^# exit (\d+)$/m.exec(script)?.[1] ?? 0),
      needs: (/^# needs (.+)$/m.exec(script)?.[1]?.split(' ') ?? []) as Part[],
      shows: output.split('\n').filter((line) => line.trim() !== ''),
    }),
  );
}

export const readPage = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

export function runExample(script: string, place: Place): Promise<{ readonly exit: number; readonly output: string }> {
  return new Promise((done) => {
    execFile('sh', ['-eu', '-c', script], { ...place, timeout: 60_000 }, (error, stdout, stderr) => {
      const exit = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      done({ exit, output: `${stdout}${stderr}` });
    });
  });
}
