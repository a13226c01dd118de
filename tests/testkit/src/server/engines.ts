import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, onTestFinished } from 'vitest';
import { describeNeeding } from '../needs.ts';
import { testPostgres } from '../postgres.ts';
import { type Database, type DatabaseOptions, openDatabase } from '@stella-ops/platform/database';

/** What a test body gets: one database, opened on first use and closed after the suite, or fresh ones. */
export interface Engine {
  readonly kind: 'embedded' | 'postgres';
  database(): Promise<Database>;
  /** A database of its own, on disk; the caller closes it. */
  fresh(options?: { readonly statementTimeoutMs?: number }): Promise<Database>;
}

/** One test body, both engines: embedded always, PostgreSQL where there is one. */
export function describeEachEngine(name: string, body: (engine: Engine) => void): void {
  describe(`${name} (embedded)`, () => {
    const folders: string[] = [];
    const onDisk = (): DatabaseOptions => {
      folders.push(makeFolder());
      return { kind: 'embedded', dataDir: join(folders.at(-1) ?? '', 'database') };
    };
    last(() => folders.forEach(removeFolder));
    body(engineOf('embedded', () => ({ kind: 'embedded' }), onDisk));
  });
  describeNeeding(['postgres'], `${name} (PostgreSQL)`, () => {
    const options = (): DatabaseOptions => ({ kind: 'postgres', url: testPostgres().createDatabase() });
    body(engineOf('postgres', options, options));
  });
}

function engineOf(kind: Engine['kind'], quick: () => DatabaseOptions, onDisk: () => DatabaseOptions): Engine {
  let shared: Promise<Database> | undefined;
  last(async () => (await shared)?.close());
  return {
    kind,
    database: () => (shared ??= openDatabase(quick())),
    fresh: (more) => openDatabase({ ...onDisk(), ...more }),
  };
}

/**
 * Runs something after all that a suite cleans up: what `beforeAll` answers with is called behind every `afterAll`, and
 * the first one last. A database that were closed before its users would be waited for, a minute long.
 */
function last(clean: () => unknown): void {
  beforeAll(() => async () => {
    await clean();
  });
}

/** A data directory to be, which goes after the test. */
export function temporaryFolder(): string {
  const folder = makeFolder();
  onTestFinished(() => removeFolder(folder));
  return join(folder, 'database');
}

const makeFolder = (): string => mkdtempSync(join(tmpdir(), 'stella-database-'));
const removeFolder = (folder: string): void => rmSync(folder, { recursive: true, force: true });

export const TENANT_A = '0193aaaa-0000-7000-8000-00000000000a';
export const TENANT_B = '0193bbbb-0000-7000-8000-00000000000b';
