import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, test } from 'vitest';
import { hasOwnPostgres, hasPostgres } from './postgres.ts';

/** Parts a test may need beyond Node. `.ci/run` provides all of them and sets STELLA_TESTS_STRICT, which turns a lack into a failure. */
const PARTS = {
  corpus: {
    sentence: 'public records: set STELLA_CORPUS_DIR',
    present: () => existsSync(process.env['STELLA_CORPUS_DIR'] ?? ''),
  },
  docker: {
    sentence: 'a Docker Engine that answers',
    present: () => answers('docker', ['version', '--format', '{{.Server.Version}}']),
  },
  dockerd: {
    sentence: "dockerd on PATH and root, for Engines of the tests' own",
    present: () => onPath('dockerd') && process.getuid?.() === 0,
  },
  registry: { sentence: 'docker-registry on PATH', present: () => onPath('docker-registry') },
  debootstrap: {
    sentence: 'debootstrap on PATH and root',
    present: () => onPath('debootstrap') && process.getuid?.() === 0,
  },
  skopeo: { sentence: 'skopeo on PATH', present: () => onPath('skopeo') },
  go: { sentence: 'the Go toolchain on PATH', present: () => onPath('go') },
  python: { sentence: 'python3 with pip on PATH', present: () => answers('python3', ['-m', 'pip', '--version']) },
  namespaces: {
    sentence: 'unshare with user rights to make a network namespace',
    present: () => answers('unshare', ['--net', 'true']),
  },
  mount: {
    sentence: 'rights to mount a file system in memory',
    present: () => process.getuid?.() === 0 && answers('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt']),
  },
  faketime: { sentence: 'faketime on PATH', present: () => onPath('faketime') },
  postgres: { sentence: 'PostgreSQL: its server programs, or STELLA_TEST_POSTGRES_URL', present: hasPostgres },
  'own-postgres': {
    sentence: 'the server programs of PostgreSQL, and no STELLA_TEST_POSTGRES_URL: the server is stopped',
    present: hasOwnPostgres,
  },
  strace: {
    sentence: 'strace that may trace',
    present: () => answers('strace', ['-e', 'trace=none', 'true']),
  },
  zstd: { sentence: 'zstd on PATH', present: () => onPath('zstd') },
  openssl: { sentence: 'openssl on PATH', present: () => onPath('openssl') },
  chromium: { sentence: 'Chromium: /usr/bin/chromium, or STELLA_CHROMIUM', present: () => existsSync(chromiumPath()) },
  cosign: { sentence: 'cosign on PATH (built from its Go module in the long run)', present: () => onPath('cosign') },
} as const;
export type Part = keyof typeof PARTS;

const known = new Map<Part, boolean>();

export function has(part: Part): boolean {
  let present = known.get(part);
  if (present === undefined) known.set(part, (present = PARTS[part].present()));
  return present;
}

/**
 * `describe` for tests that need parts. On a laptop without them the suite is skipped and says what it needs; in strict
 * mode it fails. A suite whose parts are missing is not even called, so it may read the corpus while it is collected.
 */
export function describeNeeding(parts: readonly Part[], name: string, suite: () => void): void {
  const missing = parts.filter((part) => !has(part));
  if (missing.length === 0) return void describe(name, suite);
  const sentence = `needs ${missing.map((part) => PARTS[part].sentence).join(' and ')}`;
  describe.skipIf(process.env['STELLA_TESTS_STRICT'] !== '1')(name, () => {
    test(sentence, () => {
      throw new Error(`${name}: ${sentence}`);
    });
  });
}

/** The browser that tests drive. */
export function chromiumPath(): string {
  return process.env['STELLA_CHROMIUM'] ?? '/usr/bin/chromium';
}

function onPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(':').some((folder) => existsSync(`${folder}/${program}`));
}

function answers(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore', timeout: 10_000 });
    return true;
  } catch {
    return false;
  }
}
