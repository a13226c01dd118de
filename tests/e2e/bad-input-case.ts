import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CliRun, stella, temporaryFolder } from '@stella-ops/testkit';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
/** Time of processors: on a machine with other work a command waits for them, and that is no fault of its. */
const WORK_MS = 10_000;
const WALL_MS = 180_000;

/** One hostile input, and all that a person may expect of the answer. */
export interface BadInput {
  readonly title: string;
  /** Writes the input into the work folder, which is the current one of the command, and gives the words of the command. */
  readonly words: (folder: string) => readonly string[] | Promise<readonly string[]>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
  readonly exit: number;
  /** Error code. Without one the command does its work, and the fault is a gap, a verdict or a notice. */
  readonly code?: string;
  /** What standard error must say: the place first of all. */
  readonly says?: readonly (string | RegExp)[];
  /** What standard output must say; an error leaves it empty. */
  readonly shows?: readonly (string | RegExp)[];
  /** Files that the command makes in the work folder. A command that fails makes none. */
  readonly leaves?: readonly string[];
  /** Default 300. */
  readonly peakMb?: number;
}

/** A test for each row. */
export function testBadInput(rows: readonly BadInput[]): void {
  test.each(rows)('$title', async (row) => {
    const base = temporaryFolder('bad-input');
    const work = join(base, 'work');
    for (const name of ['work', 'canary', 'tmp', 'home', 'cache']) mkdirSync(join(base, name));
    writeFileSync(join(base, 'canary', 'file'), 'still here');
    const words = await row.words(work);
    const before = listing(base);
    const peakFile = join(base, 'cache', 'peak');
    const run = await stella(words, {
      cwd: work,
      timeoutMs: WALL_MS,
      ...(row.stdin === undefined ? {} : { stdin: row.stdin }),
      env: {
        HOME: join(base, 'home'),
        TMPDIR: join(base, 'tmp'),
        STELLA_CACHE_DIR: join(base, 'cache'),
        NODE_COMPILE_CACHE: join(tmpdir(), 'stella-test-cache', 'compiled'),
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(REPORT_PEAK)}`,
        STELLA_TEST_PEAK_FILE: peakFile,
        ...row.env,
      },
    });
    expect(run.stderr, 'the command was killed').not.toContain('killed by');
    checkAnswer(row, run);
    const after = listing(base);
    const made = [...after.keys()].filter((path) => !before.has(path)).sort();
    expect(made).toEqual((row.leaves ?? []).map((name) => join('work', name)).sort());
    for (const [path, content] of before) expect(after.get(path), `${path} was changed`).toBe(content);
    // Where the kernel does not tell the peak (no /proc), there is nothing to hold against it.
    if (!existsSync('/proc/self/status')) return;
    const { peakMb, workMs } = JSON.parse(readFileSync(peakFile, 'utf8')) as { peakMb: number; workMs: number };
    expect(workMs).toBeLessThan(WORK_MS);
    expect(peakMb).toBeLessThan(row.peakMb ?? 300);
  });
}

function checkAnswer(row: BadInput, run: CliRun): void {
  const all = `${run.stdout}\n${run.stderr}`;
  if (row.code !== undefined) {
    expect(run.stderr).toContain(`error ${row.code}: `);
    expect(run.stderr).toMatch(/^ {2}hint: \S/m);
    expect(run.stdout).toBe('');
  }
  expect(run.exit, all.slice(0, 2000)).toBe(row.exit);
  for (const text of row.says ?? []) expect(run.stderr).toMatch(text);
  for (const text of row.shows ?? []) expect(run.stdout).toMatch(text);
  expect(all, 'a stack trace').not.toMatch(/^ {4}at |node:internal/m);
  expect(all, 'a path of the program').not.toContain(root);
  expect(all, 'a control character').not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
}

// The time it took of processors, and the high-water mark of this very process image; what ran under its id before (the shell, the test runner) does not count.
const REPORT_PEAK = `
import { readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => {
  try {
    const [, kb] = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'));
    const { user, system } = process.cpuUsage();
    const told = { peakMb: kb / 1024, workMs: (user + system) / 1000 };
    writeFileSync(process.env.STELLA_TEST_PEAK_FILE, JSON.stringify(told));
  } catch {}
});`;

/** Everything below a folder but the cache: path → what it is. */
function listing(base: string): Map<string, string> {
  const found = new Map<string, string>();
  const visit = (folder: string): void => {
    for (const name of readdirSync(join(base, folder))) {
      const path = join(folder, name);
      const stat = lstatSync(join(base, path));
      if (path === 'cache') continue;
      if (stat.isDirectory()) visit(path);
      found.set(path, `${stat.mode} ${contentOf(join(base, path), stat)}`);
    }
  };
  visit('');
  return found;
}

function contentOf(path: string, stat: ReturnType<typeof lstatSync> & object): string {
  if (stat.isSymbolicLink()) return readlinkSync(path);
  if (!stat.isFile()) return 'no file';
  // Large inputs are told by size and time: hashing them would cost more than the command under test.
  if (stat.size > 1 << 20) return `${stat.size} ${stat.mtimeMs}`;
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

/** Writes a file into the work folder and gives its name. */
export function put(folder: string, name: string, content: string | Uint8Array | object): string {
  const isText = typeof content === 'string' || content instanceof Uint8Array;
  writeFileSync(join(folder, name), isText ? content : JSON.stringify(content));
  return name;
}
