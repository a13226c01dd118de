import { type KyselyPlugin, sql, type Transaction } from 'kysely';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type Database, migrate, type TransactionOptions } from '@stella-ops/platform/database';
import {
  EVENTS_SCHEMA,
  hasParkedEvents,
  parkedEvents,
  retryParked,
  type RunningEvents,
  skipParked,
} from '@stella-ops/platform/events';
import { systemIds } from '@stella-ops/platform/runtime';
import { describeEachEngine } from '@stella-ops/testkit/server';
import { makeEffects, ONCE_AND_LATER, probe, publish, quickly, until } from './events-kit.ts';

describeEachEngine('an event that fails', (engine) => {
  let database: Database;
  /** Of one test: no other test's events are theirs. */
  let left: string;
  let right: string;
  let name: string;
  const running: RunningEvents[] = [];

  beforeAll(async () => {
    database = await engine.fresh();
    await migrate(database, [EVENTS_SCHEMA]);
    await makeEffects(database);
    return () => database.close();
  });
  beforeEach(() => {
    [left, right, name] = [systemIds.uuid(), systemIds.uuid(), `test.${systemIds.uuid()}`];
    return async () => {
      for (const one of running.splice(0)) await one.stop();
    };
  });

  const started = async (starting: Promise<RunningEvents>): Promise<RunningEvents> => {
    running.push(await starting);
    return starting;
  };
  const retry = (consumer: string, tenantId: string) =>
    database.withTenant(tenantId, (tx) => retryParked(tx, { consumer }));
  const own = (events: Awaited<ReturnType<typeof parkedEvents>>) => events.filter((event) => event.consumer === name);

  test('holds up the later events of its tenant and no other tenant, already while it is tried again', async () => {
    const one = probe(database, name, [left, right]);
    one.fail('left-1');
    await started(one.start(ONCE_AND_LATER));
    for (const n of [1, 2, 3]) {
      await publish(database, left, `left-${n}`);
      await publish(database, right, `right-${n}`);
    }
    await until(async () => (await one.done(right)).length === 3 && (await one.setAside()).length === 3);
    expect(await one.done(right)).toEqual(['right-1', 'right-2', 'right-3']);
    expect(await one.done(left)).toEqual([]);
    expect(await one.setAside()).toEqual([
      { text: 'left-1', state: 'retrying', attempts: 1 },
      { text: 'left-2', state: 'held', attempts: 0 },
      { text: 'left-3', state: 'held', attempts: 0 },
    ]);
    expect(one.tries.filter((text) => text.startsWith('left'))).toEqual(['left-1']);
  });

  test('is parked after its attempts with what it failed at, without secrets, and is not tried any more', async () => {
    const one = probe(database, name, [left, right]);
    one.fail('left-1', 'no way to postgres://stella:hunter2@db/x\u0000, password=hunter2');
    const eventId = await publish(database, left, 'left-1');
    await publish(database, left, 'left-2');
    await started(one.start(quickly(3)));
    await until(async () => (await one.setAside()).map(({ state }) => state).join() === 'parked,held');
    await publish(database, right, 'right-1');
    await until(async () => (await one.done(right)).length === 1);
    expect(one.tries.filter((text) => text === 'left-1')).toHaveLength(3);
    expect(one.faults.map(({ failure }) => [failure?.attempts, failure?.isParked])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ]);
    expect(await hasParkedEvents(database)).toBe(true);
    const [parked, ...more] = own(await parkedEvents(database, { consumer: name }, 10));
    expect(more).toEqual([]);
    expect(parked).toMatchObject({ consumer: name, tenantId: left, eventId, state: 'parked', attempts: 3, behind: 1n });
    expect(parked).toMatchObject({ errorCode: 'Error', type: 'test.note.written' });
    expect(parked?.errorMessage).toBe('no way to postgres://[secret]@db/x , password=[secret]');
    expect(await one.done(left)).toEqual([]);
  });

  test('is done once when it is tried again after the handler was mended, and all behind it in their order', async () => {
    const one = probe(database, name, [left, right]);
    one.fail('left-1');
    await started(one.start(quickly(2)));
    const texts = Array.from({ length: 12 }, (_, n) => `left-${n + 1}`);
    for (const text of texts.slice(0, 6)) await publish(database, left, text);
    await until(async () => (await one.setAside()).filter(({ state }) => state === 'held').length === 5);
    await until(async () => (await one.setAside())[0]?.state === 'parked');
    one.poison.clear();
    // More come while those in line are done: whichever way they are taken up, order holds.
    const [retried] = await Promise.all([
      retry(name, left),
      (async () => {
        for (const text of texts.slice(6)) await publish(database, left, text);
      })(),
    ]);
    expect(retried).toMatchObject([{ consumer: name, attempts: 2, errorCode: 'Error' }]);
    await until(async () => (await one.done(left)).length >= 12 && (await one.setAside()).length === 0);
    expect(await one.done(left)).toEqual(texts);
    expect(await retry(name, left)).toEqual([]);
  });

  test('that still fails when it is tried again is parked again; one behind it that fails is parked in its turn', async () => {
    const one = probe(database, name, [left, right]);
    one.fail('left-1');
    one.fail('left-2');
    await started(one.start(quickly(2)));
    for (const n of [1, 2, 3]) await publish(database, left, `left-${n}`);
    const states = async () =>
      (await one.setAside()).map(({ text, state, attempts }) => `${text} ${state} ${attempts}`);
    await until(async () => (await states()).join() === 'left-1 parked 2,left-2 held 0,left-3 held 0');
    await retry(name, left);
    await until(() => one.tries.filter((text) => text === 'left-1').length === 4);
    await until(async () => (await states())[0] === 'left-1 parked 2');
    one.poison.delete('left-1');
    await retry(name, left);
    await until(async () => (await states()).join() === 'left-2 parked 2,left-3 held 0');
    expect(await one.done(left)).toEqual(['left-1']);
  });

  test('is gone for ever when it is skipped, and those behind it go on', async () => {
    const one = probe(database, name, [left, right]);
    one.fail('left-1');
    const eventId = await publish(database, left, 'left-1');
    await publish(database, left, 'left-2');
    await started(one.start(quickly(1)));
    await until(async () => (await one.setAside()).map(({ state }) => state).join() === 'parked,held');
    const skip = () => database.withTenant(left, (tx) => skipParked(tx, { consumer: name, eventId }));
    expect(await skip()).toMatchObject({ eventId, attempts: 1 });
    expect(await skip()).toBeUndefined();
    await until(async () => (await one.done(left)).length > 0);
    expect(await one.done(left)).toEqual(['left-2']);
  });

  test('is neither seen nor decided upon by another tenant', async () => {
    const one = probe(database, name, [left, right]);
    one.fail('left-1');
    const eventId = await publish(database, left, 'left-1');
    await started(one.start(quickly(1)));
    await until(async () => (await one.setAside())[0]?.state === 'parked');
    expect(await retry(name, right)).toEqual([]);
    expect(await database.withTenant(right, (tx) => skipParked(tx, { consumer: name, eventId }))).toBeUndefined();
    expect(await one.setAside()).toEqual([{ text: 'left-1', state: 'parked', attempts: 1 }]);
  });

  test('is not counted when the fault is the database’s, however often: deadlock, conflict, lost connection', async () => {
    const one = probe(database, name, [left, right]);
    const states = ['40P01', '40001', '08006', '57P01', '25006'];
    const met: string[] = [];
    one.poison.set('left-1', async (tx) => {
      const state = states[met.length];
      if (state === undefined) return;
      met.push(state);
      await sql.raw(`do $$ begin raise exception 'not now' using errcode = '${state}'; end $$`).execute(tx);
    });
    await publish(database, left, 'left-1');
    await publish(database, right, 'right-1');
    await started(one.start(quickly(1)));
    await until(async () => (await one.done()).includes('right-1'));
    expect(met).toEqual(states);
    expect(one.faults.filter(({ failure }) => failure !== undefined)).toEqual([]);
    expect(one.faults.length).toBeGreaterThanOrEqual(states.length);
    expect(await one.done()).toEqual(['left-1', 'right-1']);
    expect(await one.setAside()).toEqual([]);
  });

  test('has as many attempts as before when the process starts again', async () => {
    const one = probe(database, name, [left, right]);
    one.fail('left-1');
    await publish(database, left, 'left-1');
    const first = await started(one.start(ONCE_AND_LATER));
    await until(async () => (await one.setAside()).length === 1);
    await first.stop();
    await database.withRelay((tx) =>
      sql`update events.parked set next_attempt_at = now() where consumer = ${name}`.execute(tx),
    );
    await started(one.start(quickly(3)));
    await until(async () => (await one.setAside())[0]?.state === 'parked');
    expect(one.tries).toEqual(['left-1', 'left-1', 'left-1']);
  });

  test('is parked once, and what follows is done once and in order, with several processes at it', async () => {
    const processes = [
      probe(database, name, [left, right]),
      probe(database, name, [left, right]),
      probe(database, name, [left, right]),
    ];
    const [one] = processes as [ReturnType<typeof probe>];
    for (const each of processes) {
      each.fail('left-01');
      await started(each.start(quickly(4)));
    }
    const texts = (side: string): string[] =>
      Array.from({ length: 15 }, (_, n) => `${side}-${`${n + 1}`.padStart(2, '0')}`);
    for (const [n, text] of texts('left').entries()) {
      await publish(database, left, text);
      await publish(database, right, texts('right')[n] ?? '');
    }
    await until(async () => (await one.done(right)).length === 15);
    await until(async () => (await one.setAside()).length === 15 && (await one.setAside())[0]?.state === 'parked');
    expect((await one.setAside())[0]).toEqual({ text: 'left-01', state: 'parked', attempts: 4 });
    expect(await one.done(right)).toEqual(texts('right'));
    for (const each of processes) each.poison.clear();
    await retry(name, left);
    await until(async () => (await one.setAside()).length === 0);
    expect(await one.done(left)).toEqual(texts('left'));
  });

  test('costs those that do not fail no statement: one for each event in its tenant', async () => {
    const one = probe(database, name, [left, right]);
    const statements: string[] = [];
    const counter: KyselyPlugin = {
      transformQuery: ({ node }) => {
        statements.push(JSON.stringify(node));
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    };
    const counting: Database = {
      ...database,
      withTenant: <R, T>(tenantId: string, run: (tx: Transaction<T>) => Promise<R>, options?: TransactionOptions) =>
        database.withTenant<R, T>(tenantId, (tx) => run(tenantId === left ? tx.withPlugin(counter) : tx), options),
    };
    await started(one.start(quickly(3), counting));
    for (let n = 0; n < 10; n++) await publish(database, left, `left-${n}`);
    await until(async () => (await one.done(left)).length === 10);
    const ofHandler = statements.filter((text) => text.includes('effects.effect'));
    expect(ofHandler).toHaveLength(one.tries.length);
    expect(statements).toHaveLength(2 * one.tries.length);
  });
});
