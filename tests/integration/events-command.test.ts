import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventsCommand } from '@stella-ops/app-server/events';
import { AUDIT_SCHEMA } from '@stella-ops/platform/audit';
import { type Database, type DatabaseOptions, migrate, openDatabase } from '@stella-ops/platform/database';
import { EVENTS_SCHEMA } from '@stella-ops/platform/events';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeNeeding, testPostgres } from '@stella-ops/testkit';
import { makeEffects, probe, publish, quickly, until } from './events-kit.ts';

const code = (wanted: string): unknown => expect.objectContaining({ code: wanted });

describe('stella-server events (embedded)', () => theRules(() => undefined));
describeNeeding(['postgres'], 'stella-server events (PostgreSQL)', () => {
  theRules(() => testPostgres().createDatabase());
});

function theRules(makeUrl: () => string | undefined): void {
  let folder: string;
  let env: Record<string, string>;
  let options: DatabaseOptions;
  /** Of one test: rows of others are not theirs. */
  let left: string;
  let right: string;
  let name: string;
  /** Of the first event of each tenant. */
  let ids: Record<'a' | 'b', string>;

  const inside = async <T>(work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await openDatabase(options);
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };
  const run = async (...args: string[]): Promise<string> => {
    const lines: string[] = [];
    await eventsCommand(args, env, (line) => lines.push(line));
    return lines.join('\n');
  };
  /** Audit trails, each of one tenant. */
  const audited = (...tenants: string[]): Promise<readonly (readonly unknown[])[]> =>
    inside(async (database) => {
      const trails: unknown[][] = [];
      for (const tenantId of tenants) {
        const { rows } = await database.withTenant(tenantId, (tx) =>
          sql<{ body: string }>`select body from audit.entry order by sequence`.execute(tx),
        );
        trails.push(rows.map(({ body }) => JSON.parse(body) as unknown));
      }
      return trails;
    });
  /** What a server would do that has a mended handler. */
  const doneThen = (): Promise<readonly string[]> =>
    inside(async (database) => {
      const one = probe(database, name, [left, right]);
      const running = await one.start(quickly(1));
      await until(async () => isStuck(await one.setAside()));
      await running.stop();
      return one.done();
    });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stella-events-'));
    const url = makeUrl();
    options = url === undefined ? { kind: 'embedded', dataDir: join(folder, 'database') } : { kind: 'postgres', url };
    env = { STELLA_DATA_DIR: folder, ...(url === undefined ? {} : { STELLA_DATABASE__URL: url }) };
    await inside(async (database) => {
      await migrate(database, [EVENTS_SCHEMA, AUDIT_SCHEMA]);
      await makeEffects(database);
    });
    return () => rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    // In their order: what is listed first is the left one's.
    [left, right, name] = [systemIds.uuid(), systemIds.uuid(), `test.${systemIds.uuid()}`];
    await inside(async (database) => {
      const one = probe(database, name, [left, right]);
      one.fail('a-1', 'cannot: password=hunter2');
      one.fail('b-1');
      ids = { a: await publish(database, left, 'a-1'), b: await publish(database, right, 'b-1') };
      await publish(database, left, 'a-2');
      const running = await one.start(quickly(2));
      await until(async () => (await one.setAside()).map(({ state }) => state).join() === 'parked,held,parked');
      await running.stop();
    });
  });

  test('list says which event failed for whom and why, how many wait behind it, and no secret', async () => {
    const text = await run('list', '--consumer', name);
    expect(text).toContain(`parked  ${name}  event ${ids.a}  tenant ${left}`);
    expect(text).toMatch(/failed {4}2 times, last \S+Z: Error: cannot: password=\[secret\]/);
    expect(text).toContain('behind    1 later events of this tenant');
    expect(text).toContain(`event ${ids.b}  tenant ${right}`);
    expect(await run('list', '--tenant', right)).not.toContain(ids.a);
    expect(await run('list', '--consumer', 'test.other')).toBe('No event has failed.');
  });

  test('retry has the events of one tenant done, in order, and stands in the audit trail of that tenant', async () => {
    expect(await run('retry', '--tenant', left)).toBe(`Tried again: ${name}  event ${ids.a}  tenant ${left}`);
    expect(await doneThen()).toEqual(['a-1', 'a-2']);
    const [trail, other] = await audited(left, right);
    expect(trail).toMatchObject([
      {
        action: 'server.retry-event',
        target: { type: 'event', id: ids.a },
        outcome: 'done',
        details: { consumer: name, attempts: 2, operator: expect.any(String) as string },
      },
    ]);
    expect(other).toEqual([]);
    await expect(run('retry', '--tenant', left)).rejects.toEqual(code('EVENTS_NONE_PARKED'));
    expect(await run('retry', '--all')).toContain(ids.b);
  });

  test('skip gives up one event with a reason that is kept, and those behind it go on', async () => {
    const words = ['skip', '--consumer', name, '--event', ids.a, '--reason', 'its image is gone'];
    expect(await run(...words)).toContain('Skipped for ever');
    expect(await doneThen()).toEqual(['a-2']);
    expect(await audited(left)).toMatchObject([
      [{ action: 'server.skip-event', target: { id: ids.a }, details: { reason: 'its image is gone' } }],
    ]);
    await expect(run(...words)).rejects.toEqual(code('EVENTS_NONE_PARKED'));
  });

  test('what is not a whole command does nothing and says so', async () => {
    const wrong = [
      [],
      ['mend'],
      ['list', 'more'],
      ['retry'],
      ['retry', '--all', '--tenant', left],
      ['retry', '--event', 'x'],
      ['skip', '--consumer', name, '--event', ids.a],
      ['skip', '--consumer', name, '--reason', 'r'],
      ['skip', '--consumer', name, '--event', ids.a, '--reason', 'r'.repeat(1001)],
    ];
    for (const words of wrong) await expect(run(...words), words.join(' ')).rejects.toEqual(code('EVENTS_USAGE'));
    expect(await audited(left)).toEqual([[]]);
  });

  test('a folder or a database without an installation is told so, and none is made', async () => {
    const empty = { ...env, STELLA_DATA_DIR: join(folder, 'nothing') };
    const url = makeUrl();
    const elsewhere = url === undefined ? empty : { ...empty, STELLA_DATABASE__URL: url };
    await expect(eventsCommand(['list'], elsewhere, () => undefined)).rejects.toEqual(
      code(url === undefined ? 'DATA_MISSING' : 'EVENTS_NOT_MIGRATED'),
    );
  });
}

/** Nothing moves by itself any more: the first of each tenant is parked. Rows stand in the order of tenants and positions. */
function isStuck(rows: readonly { readonly text: string; readonly state: string }[]): boolean {
  const seen = new Set<string>();
  return rows.every(({ text, state }) => {
    const side = text.slice(0, 1);
    const isFirst = !seen.has(side);
    seen.add(side);
    return !isFirst || state === 'parked';
  });
}
