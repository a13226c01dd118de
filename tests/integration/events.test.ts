import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { defineEvent } from '@stella-ops/contracts';
import { checkTenancy, type Database, dumpSchema, migrate } from '@stella-ops/platform/database';
import {
  type Consumer,
  currentPosition,
  EVENTS_SCHEMA,
  publishEvent,
  readEvents,
  type RunningEvents,
  startEvents,
  type StoredEvent,
  trimEvents,
} from '@stella-ops/platform/events';
import { describeEachEngine, TENANT_A, TENANT_B } from '@stella-ops/testkit/server';

const type: string = 'test.note.written';
const NOTED = defineEvent({
  type,
  version: 1,
  summary: 'A note was written.',
  scope: 'release.read',
  data: z.strictObject({ text: z.string() }),
});
const OTHER = { ...NOTED, type: 'test.other.happened' };

describeEachEngine('events', (engine) => {
  let database: Database;
  let serial = 0;
  /** Ids that order like time, as UUIDv7 do. */
  const nextId = (): string => `01930000-0000-7000-8000-${(++serial).toString(16).padStart(12, '0')}`;

  const publish = (tenantId: string, text: string, event = NOTED, occurredAt = '2026-01-02T03:04:05.000Z') =>
    database.withTenant(tenantId, (tx) =>
      publishEvent(tx, event, { id: nextId(), tenantId, occurredAt, data: { text } }),
    );

  /** A consumer that a test can wait for, and the process that runs it. */
  function probe(name: string, act: (event: StoredEvent) => void = () => undefined) {
    const got: string[] = [];
    const waiting: (() => void)[] = [];
    const errors: unknown[] = [];
    let resets = 0;
    const wakeAll = (): void => {
      for (const wake of waiting.splice(0)) wake();
    };
    const consumer: Consumer = {
      name,
      types: [NOTED.type],
      handle: async (tx, event) => {
        act(event);
        const { text } = event.data as { text: string };
        await sql`insert into effects.effect (consumer, tenant_id, text) values (${name}, ${event.tenantId}, ${text})`.execute(
          tx,
        );
        got.push(text);
        queueMicrotask(wakeAll);
      },
      reset: async () => {
        resets++;
        wakeAll();
      },
    };
    return {
      got,
      errors,
      resets: () => resets,
      start: (): Promise<RunningEvents> =>
        startEvents({ database, consumers: [consumer], onError: (error) => errors.push(error) }),
      until: async (isDone: () => boolean): Promise<void> => {
        while (!isDone()) await new Promise<void>((wake) => waiting.push(wake));
      },
    };
  }

  const effectsOf = async (consumer: string): Promise<readonly string[]> => {
    const { rows } = await database.withOwner((tx) =>
      sql<{ text: string }>`select text from effects.effect where consumer = ${consumer} order by text`.execute(tx),
    );
    return rows.map((row) => row.text);
  };

  beforeAll(async () => {
    database = await engine.fresh();
    await migrate(database, [EVENTS_SCHEMA]);
    await database.withOwner((tx) =>
      sql
        .raw(
          `create schema effects; grant usage on schema effects to stella_app;
           create table effects.effect (consumer text, tenant_id uuid, text text);
           grant insert on effects.effect to stella_app`,
        )
        .execute(tx),
    );
    return () => database.close();
  });

  test('the committed schema is what the migrations make, and keeps tenants apart', async () => {
    await expect(await dumpSchema(database, 'events')).toMatchFileSnapshot(join(EVENTS_SCHEMA.folder, 'schema.sql'));
    expect(await checkTenancy(database, 'events')).toEqual([]);
  });

  test('a consumer gets each event of its types once, of all tenants, in order', async () => {
    const one = probe('test.once');
    const running = await one.start();
    await publish(TENANT_A, 'once-1');
    await publish(TENANT_B, 'once-2');
    await publish(TENANT_A, 'unwanted', OTHER);
    await publish(TENANT_A, 'once-3');
    await one.until(() => one.got.includes('once-3'));
    await running.stop();
    expect(one.got.filter((text) => text.startsWith('once'))).toEqual(['once-1', 'once-2', 'once-3']);
    expect(one.got).not.toContain('unwanted');
  });

  test('an event of a transaction that is rolled back is never heard of', async () => {
    const one = probe('test.rollback');
    const running = await one.start();
    await database
      .withTenant(TENANT_A, async (tx) => {
        await publishEvent(tx, NOTED, {
          id: nextId(),
          tenantId: TENANT_A,
          occurredAt: '2026-01-02T03:04:05.000Z',
          data: { text: 'rolled-back' },
        });
        throw new Error('no');
      })
      .catch(() => undefined);
    await publish(TENANT_A, 'after-rollback');
    await one.until(() => one.got.includes('after-rollback'));
    await running.stop();
    expect(one.got).not.toContain('rolled-back');
  });

  test('a consumer that throws gets the event again, what it wrote does not stand, and order is kept', async () => {
    let failures = 0;
    const one = probe('test.failing', (event) => {
      if ((event.data as { text: string }).text === 'retry-1' && failures++ < 2) throw new Error('not yet');
    });
    const running = await one.start();
    await publish(TENANT_A, 'retry-1');
    await publish(TENANT_A, 'retry-2');
    await one.until(() => one.got.includes('retry-2'));
    await running.stop();
    expect(one.errors.map((error) => (error as Error).message)).toEqual(['not yet', 'not yet']);
    expect((await effectsOf('test.failing')).filter((text) => text.startsWith('retry'))).toEqual([
      'retry-1',
      'retry-2',
    ]);
  });

  test('several processes with the same consumer do each event once', async () => {
    const processes = [probe('test.shared'), probe('test.shared'), probe('test.shared')];
    const running = await Promise.all(processes.map((one) => one.start()));
    const texts = Array.from({ length: 30 }, (_, n) => `shared-${String(n).padStart(2, '0')}`);
    for (const text of texts) await publish(TENANT_A, text);
    while (!(await effectsOf('test.shared')).includes('shared-29')) await new Promise(setImmediate);
    for (const one of running) await one.stop();
    expect((await effectsOf('test.shared')).filter((text) => text.startsWith('shared'))).toEqual(texts);
  });

  test('positions grow in the order they become visible, whatever order transactions commit in', async () => {
    const running = await startEvents({ database, consumers: [], onError: () => undefined });
    const start = await currentPosition(database, TENANT_A);
    await Promise.all(Array.from({ length: 40 }, (_, n) => publish(TENANT_A, `many-${n}`)));
    const seen: bigint[] = [];
    let at = start;
    while (seen.length < 40) {
      const page = await readEvents(database, TENANT_A, at, 7);
      if (page.kind !== 'events') throw new Error('reset');
      seen.push(...page.events.map((event) => event.position));
      at = page.position;
      await new Promise(setImmediate);
    }
    await running.stop();
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => (a < b ? -1 : 1)));
    expect(seen).toHaveLength(40);
  });

  test('a stream reads its tenant only, and goes on where it stopped', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const running = await startEvents({ database, consumers: [], onError: () => undefined });
    const start = await currentPosition(database, TENANT_A);
    await publish(TENANT_B, 'stream-b');
    await publish(TENANT_A, 'stream-1');
    await publish(TENANT_A, 'stream-2');
    const look = async (): Promise<void> => {
      const page = await readEvents(database, TENANT_A, start, 100);
      if (page.kind === 'events' && page.events.length === 2) resolve();
    };
    const subscription = await running.onEvents(() => void look());
    // They may have come before anybody listened.
    await look();
    await promise;
    await subscription.close();
    await running.stop();
    const first = await readEvents(database, TENANT_A, start, 1);
    const texts = (page: typeof first): unknown[] =>
      page.kind === 'events' ? page.events.map((event) => (event.data as { text: string }).text) : ['reset'];
    const second = await readEvents(database, TENANT_A, first.position, 1);
    const third = await readEvents(database, TENANT_A, second.position, 1);
    expect([texts(first), texts(second), texts(third)]).toEqual([['stream-1'], ['stream-2'], []]);
  });

  test('data out of form is refused before it is written', async () => {
    const bad = database.withTenant(TENANT_A, (tx) =>
      publishEvent(tx, NOTED, {
        id: nextId(),
        tenantId: TENANT_A,
        occurredAt: '2026-01-02T03:04:05.000Z',
        data: { text: 7 } as unknown as { text: string },
      }),
    );
    await expect(bad).rejects.toThrow();
  });
});

describe('retention', () => {
  describeEachEngine('events', (engine) => {
    test('a reader older than what is kept is told to reset, and one of another database too', async () => {
      const database = await engine.fresh();
      await migrate(database, [EVENTS_SCHEMA]);
      const publish = (n: number, occurredAt: string) =>
        database.withTenant(TENANT_A, (tx) =>
          publishEvent(tx, NOTED, {
            id: `01930000-0000-7000-8000-00000000000${n}`,
            tenantId: TENANT_A,
            occurredAt,
            data: { text: String(n) },
          }),
        );
      const heard: string[] = [];
      const steps: (() => void)[] = [];
      const consumer = (name: string): Consumer => ({
        name,
        types: [NOTED.type],
        handle: async (_tx, event) => {
          heard.push(`${name} ${(event.data as { text: string }).text}`);
          queueMicrotask(() => steps.splice(0).forEach((step) => step()));
        },
        reset: async () => {
          heard.push(`${name} reset`);
          steps.splice(0).forEach((step) => step());
        },
      });
      const until = async (text: string): Promise<void> => {
        while (!heard.includes(text)) await new Promise<void>((step) => steps.push(step));
      };
      const onError = (error: unknown): void => void heard.push(String(error));

      const early = await startEvents({ database, consumers: [consumer('test.early')], onError });
      await publish(1, '2026-01-01T00:00:00.000Z');
      await publish(2, '2026-01-02T00:00:00.000Z');
      await until('test.early 2');
      await early.stop();

      await publish(3, '2026-01-03T00:00:00.000Z');
      await publish(4, '2026-01-04T00:00:00.000Z');
      const other = await startEvents({ database, consumers: [consumer('test.other')], onError });
      await until('test.other 4');
      await other.stop();

      expect(await trimEvents(database, '2026-01-04T00:00:00.000Z')).toBe(3);
      expect(await trimEvents(database, '2026-01-04T00:00:00.000Z')).toBe(0);
      expect(await readEvents(database, TENANT_A, 2n, 10)).toEqual({ kind: 'reset', position: 4n });
      expect(await readEvents(database, TENANT_A, 5n, 10)).toEqual({ kind: 'reset', position: 4n });
      expect(await readEvents(database, TENANT_A, 3n, 10)).toMatchObject({ kind: 'events', position: 4n });

      const again = await startEvents({
        database,
        consumers: [consumer('test.early'), consumer('test.other'), consumer('test.new')],
        onError,
      });
      await until('test.early reset');
      await until('test.new 4');
      await again.stop();
      await database.close();
      expect(heard.filter((text) => text.startsWith('test.early'))).toEqual([
        'test.early 1',
        'test.early 2',
        'test.early reset',
      ]);
      expect(heard.filter((text) => text.startsWith('test.other'))).toEqual([1, 2, 3, 4].map((n) => `test.other ${n}`));
      expect(heard.filter((text) => text.startsWith('test.new'))).toEqual(['test.new 4']);
    });
  });
});
