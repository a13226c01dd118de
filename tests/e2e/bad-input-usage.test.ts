import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeNeeding, stella, temporaryFolder } from '@stella-ops/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { put, testBadInput } from './bad-input-case.ts';

const root = join(import.meta.dirname, '..', '..');
const launcher = join(root, 'apps', 'cli', 'bin', 'stella');
const PURL = 'pkg:npm/a@1.0.0';

describe('words that make no command', () => {
  testBadInput([
    {
      title: 'an unknown command',
      words: () => ['scna', 'x'],
      exit: 2,
      code: 'USAGE',
      says: ['Did you mean "stella scan"?'],
    },
    {
      title: 'an unknown command of a group',
      words: () => ['capsule', 'open'],
      exit: 2,
      code: 'USAGE',
      says: ['"capsule open"'],
    },
    {
      title: 'an unknown option',
      words: () => ['scan', 'x', '--formt', 'json'],
      exit: 2,
      code: 'USAGE',
      says: ['did you mean --format?'],
    },
    {
      title: 'an option named like a member of every object',
      words: () => ['scan', 'x', '--__proto__', 'y'],
      exit: 2,
      code: 'USAGE',
    },
    {
      title: 'a format that is none',
      words: () => ['scan', 'x', '--format', 'xml'],
      exit: 2,
      code: 'USAGE',
      says: ['"xml"', 'cyclonedx-json'],
    },
    {
      title: 'an option that is needed',
      words: () => ['findings', 'match', 'x'],
      exit: 2,
      code: 'USAGE',
      says: ['--advisories FILE is missing'],
    },
    { title: 'an argument that is needed', words: () => ['scan'], exit: 2, code: 'USAGE', says: ['<source>'] },
    { title: 'an argument too many', words: () => ['scan', 'a', 'b'], exit: 2, code: 'USAGE', says: ['"b"'] },
    {
      title: 'a control sequence in place of a command',
      words: () => ['\u001b[2Jx'],
      exit: 2,
      code: 'USAGE',
      says: ['"?[2Jx"'],
    },
    { title: 'a reference that is none', words: () => ['scan', 'UPPER CASE:::'], exit: 2, code: 'OCI_SOURCE_INVALID' },
    {
      title: 'a mistyped path is no registry',
      words: () => ['scan', './shop.tar'],
      exit: 4,
      code: 'OCI_SOURCE_NOT_FOUND',
      says: [/at \.\/shop\.tar/],
    },
  ]);
});

describe('package URLs and versions', () => {
  testBadInput([
    {
      title: 'a text that is no package URL is told beside those that are',
      words: () => ['purl', 'parse', PURL, 'nonsense', 'pkg:x', '--format', 'json'],
      exit: 2,
      shows: ['"canonical":"pkg:npm/a@1.0.0"', '"input":"nonsense","ok":false'],
    },
    {
      title: 'a package URL of a megabyte is refused, not worked on',
      words: () => ['purl', 'parse', '--format', 'json'],
      stdin: `pkg:npm/${'%41/'.repeat(250_000)}a@1\n`,
      exit: 2,
      shows: ['"error":"longer than 16384 characters"'],
    },
    {
      title: 'a version that would take a careless pattern for ever is ordered',
      words: () => ['versions', 'compare', 'PyPI'],
      stdin: `${'1.'.repeat(50_000)}x ${'1.'.repeat(50_000)}y\n`,
      exit: 0,
      shows: ['not a version of this ecosystem'],
    },
    {
      title: 'an ecosystem without an order is refused, not guessed',
      words: () => ['versions', 'compare', 'constructor', '1', '2'],
      exit: 2,
      code: 'USAGE',
      says: ['Known orders: '],
    },
    {
      title: 'a line that is no pair is named',
      words: () => ['versions', 'compare', 'npm'],
      stdin: '1 2\n\n1 2 3\n',
      exit: 2,
      code: 'USAGE',
      says: [/at -:3/],
    },
  ]);
});

describe('an output that cannot be written', () => {
  testBadInput([
    {
      title: 'to a folder that is not there',
      words: () => ['purl', 'parse', PURL, '--output', 'no/such/file'],
      exit: 1,
      code: 'OUTPUT_FAILED',
      says: [/at no\/such\/file/],
    },
    {
      title: 'over a folder',
      words: (folder) => {
        mkdirSync(join(folder, 'out'));
        return ['purl', 'parse', PURL, '--output', 'out'];
      },
      exit: 1,
      code: 'OUTPUT_FAILED',
      says: [/at out/],
    },
    {
      title: 'below a file',
      words: (folder) => ['purl', 'parse', PURL, '--output', join(put(folder, 'file', 'x'), 'out')],
      exit: 1,
      code: 'OUTPUT_FAILED',
      says: [/at file\/out/],
    },
  ]);

  test('into a folder that is read-only', async () => {
    const folder = temporaryFolder('read-only');
    chmodSync(folder, 0o555);
    // Root writes everywhere, unless it gives that right up.
    const prefix = process.getuid?.() === 0 ? ['setpriv', '--bounding-set', '-dac_override'] : [];
    const run = await stella(['purl', 'parse', PURL, '--output', 'out'], { cwd: folder, prefix });
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toContain('error OUTPUT_FAILED: cannot write out: permission denied');
  });

  test('leaves the file that was there as it was', async () => {
    const folder = temporaryFolder('kept');
    writeFileSync(join(folder, 'out.json'), 'before');
    const run = await stella(['findings', 'match', 'none.json', '--advisories', 'none.idx', '--output', 'out.json'], {
      cwd: folder,
    });
    expect(run.exit).not.toBe(0);
    expect(readdirSync(folder)).toEqual(['out.json']);
  });
});

describeNeeding(['mount'], 'a full disk and a read-only one', () => {
  const folder = temporaryFolder('small-disk');
  const big = 'pkg:npm/a@1.0.0\n'.repeat(40_000);

  beforeAll(() => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'stella-test', folder]);
  });
  afterAll(() => {
    execFileSync('umount', [folder]);
  });

  test('a result that does not fit is an error, and no part of it stays', async () => {
    const run = await stella(['purl', 'parse', '--format', 'json', '--output', 'out.json'], {
      cwd: folder,
      stdin: big,
    });
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toContain('error OUTPUT_FAILED: cannot write out.json: no space left on device');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('an index that does not fit is an error, and no part of it stays', async () => {
    const records = Array.from({ length: 20_000 }, (_, at) =>
      JSON.stringify({
        id: `A-${at}`,
        modified: '2026-01-01T00:00:00Z',
        summary: `${at * 7919} ${at ** 3}`,
        affected: [],
      }),
    );
    const source = join(temporaryFolder('records'), 'a.jsonl');
    writeFileSync(source, records.join('\n'));
    const run = await stella(['advisories', 'build', source, '--output', 'out.idx'], { cwd: folder });
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toContain('error INDEX_NOT_WRITTEN: ');
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a key is not created by halves', async () => {
    writeFileSync(join(folder, 'filler'), Buffer.alloc((1 << 20) - 8192));
    const run = await stella(['key', 'create', '--no-password'], { cwd: folder });
    expect(run.exit).not.toBe(0);
    expect(run.stderr).toMatch(/error (?:LOG_UNWRITABLE|OUTPUT_FAILED): /);
    expect(readdirSync(folder).filter((name) => name.endsWith('.key'))).toEqual([]);
    execFileSync('rm', ['-rf', ...readdirSync(folder).map((name) => join(folder, name))]);
  });

  test('a read-only file system is told', async () => {
    execFileSync('mount', ['-o', 'remount,ro', folder]);
    const run = await stella(['purl', 'parse', PURL, '--output', 'out'], { cwd: folder });
    execFileSync('mount', ['-o', 'remount,rw', folder]);
    expect(run).toMatchObject({ exit: 1, stdout: '' });
    expect(run.stderr).toContain('error OUTPUT_FAILED: cannot write out: read-only file system');
  });
});

describe('standard streams', () => {
  test('a closed standard input is an empty one', async () => {
    const run = await stella(['versions', 'compare', 'npm'], { prefix: ['sh', '-c', 'exec "$0" "$@" <&-'] });
    expect(run).toMatchObject({ exit: 0, stderr: '' });
  });

  test('a standard output that takes nothing is an error', async () => {
    const run = await stella(['version'], { prefix: ['sh', '-c', 'exec "$0" "$@" >/dev/full'] });
    expect(run.exit).toBe(1);
    expect(run.stderr).toContain('error OUTPUT_FAILED: cannot write to standard output');
  });

  test('a reader that leaves early does not turn the answer of a gate into 0', async () => {
    const lines = 'nonsense\n'.repeat(100_000);
    const child = spawn(launcher, ['purl', 'parse'], { stdio: ['pipe', 'pipe', 'pipe'] });
    child.stdin.on('error', () => undefined);
    child.stdin.end(lines);
    child.stdout.once('data', () => child.stdout.destroy());
    const exit = await new Promise((done) => child.on('exit', done));
    expect(exit).toBe(2);
  });
});
