import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SERVICES } from '@stella-ops/app-server';
import { type Database, type DatabaseOptions, migrate, openDatabase } from '@stella-ops/platform/database';
import { EVENTS_SCHEMA } from '@stella-ops/platform/events';
import { describeNeeding, freePort, testPostgres } from '@stella-ops/testkit';
import { runServerProcess, startServerProcess, type ServerProcessOptions } from '@stella-ops/testkit/product';
import { sql } from 'kysely';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { openWriter } from './faults-client.ts';

interface Place {
  readonly options: ServerProcessOptions;
  readonly database: DatabaseOptions;
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function embedded(): Place {
  const dataDir = mkdtempSync(join(tmpdir(), 'stella-start-'));
  folders.push(dataDir);
  return { options: { dataDir }, database: { kind: 'embedded', dataDir: join(dataDir, 'database') } };
}

function postgres(): Place {
  const { options } = embedded();
  const url = testPostgres().createDatabase();
  return { options: { ...options, env: { STELLA_DATABASE__URL: url } }, database: { kind: 'postgres', url } };
}

describe('a server that cannot start', () => {
  test('because a port is taken says which, ends with exit code 2 and leaves its data to the next start', async () => {
    const { options } = embedded();
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    for (const name of ['http.port', 'http.apiPort']) {
      const ending = await runServerProcess({ ...options, settings: { [name]: String(port) } });
      expect(ending).toMatchObject({ exit: 2, signal: null, stdout: '' });
      expect(ending.stderr).toContain(`error PORT_IN_USE: another process listens on 127.0.0.1:${port}\n`);
      expect(ending.stderr).toContain('http.port');
      expect(ending.stderr).not.toContain('    at ');
    }
    other.close();
    await once(other, 'close');
    const server = await startServerProcess({ ...options, settings: { 'http.port': String(port) } });
    expect((await fetch(`${server.url}/health/readiness`)).status).toBe(200);
    expect(await server.end()).toMatchObject({ exit: 0 });
  });

  test('because another one has its data says so and harms neither', async () => {
    const { options } = embedded();
    const server = await startServerProcess(options);
    const writer = await openWriter(server);
    await writer.insist('before');
    const second = await runServerProcess(options);
    expect(second).toMatchObject({ exit: 10, signal: null, stdout: '' });
    expect(second.stderr).toMatch(/^error DATABASE_LOCKED: the data directory \S+ is in use\n/m);
    await writer.insist('after');
    expect((await writer.stored()).sort()).toEqual(['after', 'before']);
    await server.end('SIGKILL');
    const next = await startServerProcess(options);
    expect((await (await openWriter(next)).stored()).sort()).toEqual(['after', 'before']);
    expect(await next.end()).toMatchObject({ exit: 0 });
  });
});

describe('the embedded database of another release', () => ofOtherReleases(embedded));
describeNeeding(['postgres'], 'the PostgreSQL database of another release', () => ofOtherReleases(postgres));

function ofOtherReleases(makePlace: () => Place): void {
  let place: Place;
  beforeEach(() => {
    place = makePlace();
  });

  async function inside<T>(work: (database: Database) => Promise<T>): Promise<T> {
    const database = await openDatabase(place.database);
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  }

  const migrations = () =>
    inside(async (database) => {
      const { rows } = await database.withOwner((tx) =>
        sql<{ name: string }>`select schema || '/' || name as name from stella.migration order by 1`.execute(tx),
      );
      return rows.map(({ name }) => name);
    });

  test('a newer one is left as it is, and the answer names the schema', async () => {
    const server = await startServerProcess(place.options);
    await server.end();
    await inside((database) =>
      database.withOwner((tx) =>
        sql`insert into stella.migration (schema, number, name, checksum) values ('releases', 99, '0099_later.sql', 'x')`.execute(
          tx,
        ),
      ),
    );
    const before = await migrations();
    const ending = await runServerProcess(place.options);
    expect(ending).toMatchObject({ exit: 1, signal: null, stdout: '' });
    expect(ending.stderr).toContain('error SCHEMA_NEWER: schema releases has migration 0099_later.sql');
    expect(ending.stderr).not.toContain('    at ');
    expect(await migrations()).toEqual(before);
  });

  test('an older one is brought up to this release, and what was in it stays', async () => {
    const schemas = SERVICES.flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
    // What a release had that knew fewer services.
    await inside((database) => migrate(database, [EVENTS_SCHEMA, ...schemas.slice(0, 4)]));
    const old = await migrations();
    const server = await startServerProcess(place.options);
    await (await openWriter(server)).insist('first');
    expect(await server.end()).toMatchObject({ exit: 0 });
    const now = await migrations();
    expect(now).toEqual(expect.arrayContaining(old));
    for (const { schema } of schemas) expect(now).toContainEqual(expect.stringMatching(`^${schema}/0001_`));
    const again = await startServerProcess(place.options);
    expect(await (await openWriter(again)).stored()).toEqual(['first']);
    await again.end();
    expect(await migrations()).toEqual(now);
  });
}
