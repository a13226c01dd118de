import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DatabaseOptions, migrate, openDatabase } from '@stella-ops/platform/database';
import { EVENTS_SCHEMA } from '@stella-ops/platform/events';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeNeeding, killAfterLines, testPostgres } from '@stella-ops/testkit';
import { makeEffects, probe, publish, quickly, until } from './events-kit.ts';

const PARKER = join(import.meta.dirname, 'events-parker.ts');
const THEN = [
  { text: 'first', state: 'parked', attempts: 1 },
  { text: 'second', state: 'held', attempts: 0 },
];

describe('a process that is killed while it parks an event (embedded)', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'stella-events-'));
    return () => rmSync(folder, { recursive: true, force: true });
  });
  theRules(() => ({ kind: 'embedded', dataDir: join(folder, 'database') }));
});
describeNeeding(['postgres'], 'a process that is killed while it parks an event (PostgreSQL)', () => {
  theRules(() => ({ kind: 'postgres', url: testPostgres().createDatabase() }));
});

function theRules(make: () => DatabaseOptions): void {
  let options: DatabaseOptions;

  beforeAll(async () => {
    options = make();
    const database = await openDatabase(options);
    await migrate(database, [EVENTS_SCHEMA]);
    await makeEffects(database);
    await database.close();
  });

  test('killed before the commit, neither the parked event nor the position stands: it is tried and parked again', async () => {
    const { found, tries, afterwards } = await killed('before-commit');
    expect(found).toEqual({ setAside: [], consumed: 0, isPast: false });
    expect(tries).toEqual(['first']);
    expect(afterwards).toEqual(THEN);
  });

  test('killed after the commit, both stand: it is parked once and not tried again', async () => {
    const { found, tries, afterwards } = await killed('after-commit');
    expect(found).toEqual({ setAside: [THEN[0]], consumed: 1, isPast: true });
    expect(tries).toEqual([]);
    expect(afterwards).toEqual(THEN);
  });

  /** Kills a process that is parking the first of two events; looks what stands, and what a next process makes of it. */
  async function killed(point: 'before-commit' | 'after-commit') {
    const name = `test.${systemIds.uuid()}`;
    const tenantId = systemIds.uuid();
    const before = await openDatabase(options);
    const first = await publish(before, tenantId, 'first');
    await publish(before, tenantId, 'second');
    await before.close();

    await killAfterLines([PARKER, JSON.stringify(options), name, tenantId, point], 1);

    const database = await openDatabase(options);
    try {
      const one = probe(database, name, [tenantId]);
      const { rows } = await database.withRelay((tx) =>
        sql<{ consumed: bigint; isPast: boolean }>`
          select (select count(*) from events.consumed where consumer = ${name} and tenant_id = ${tenantId}) as consumed,
                 (select position from events.consumer where name = ${name}) >=
                 (select position from events.outbox where id = ${first}) as "isPast"`.execute(tx),
      );
      const found = { setAside: await one.setAside(), consumed: Number(rows[0]?.consumed), isPast: rows[0]?.isPast };
      one.fail('first');
      const running = await one.start(quickly(1));
      await until(async () => (await one.setAside()).map(({ state }) => state).join() === 'parked,held');
      await running.stop();
      return { found, tries: one.tries, afterwards: await one.setAside() };
    } finally {
      await database.close();
    }
  }
}
