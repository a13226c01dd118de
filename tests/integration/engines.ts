import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { describeNeeding, testPostgres } from '@stella-ops/testkit';
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
  describe(`${name} (embedded)`, () =>
    body(
      engineOf('embedded', (isOnDisk) => ({ kind: 'embedded', ...(isOnDisk ? { dataDir: temporaryFolder() } : {}) })),
    ));
  describeNeeding(['postgres'], `${name} (PostgreSQL)`, () =>
    body(engineOf('postgres', () => ({ kind: 'postgres', url: testPostgres().createDatabase() }))),
  );
}

function engineOf(kind: Engine['kind'], options: (isOnDisk: boolean) => DatabaseOptions): Engine {
  let shared: Promise<Database> | undefined;
  afterAll(async () => {
    await (await shared)?.close();
  });
  return {
    kind,
    database: () => (shared ??= openDatabase(options(false))),
    fresh: (more) => openDatabase({ ...options(true), ...more }),
  };
}

/** A folder that goes with this process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stella-database-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'database');
}

export const TENANT_A = '0193aaaa-0000-7000-8000-00000000000a';
export const TENANT_B = '0193bbbb-0000-7000-8000-00000000000b';
