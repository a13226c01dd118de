import { AsyncResource } from 'node:async_hooks';
import { sql, type Transaction } from 'kysely';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  assertNoTransaction,
  type Database,
  isUniqueViolation,
  json,
  retryConflicts,
} from '@stella-ops/platform/database';
import { describeEachEngine, TENANT_A, TENANT_B } from '@stella-ops/testkit/server';

interface Tables {
  'shop.note': { id: string; tenant_id: string; text: string };
}

const rows = async <Row>(tx: Transaction<unknown>, text: string): Promise<readonly Row[]> =>
  (await sql.raw<Row>(text).execute(tx)).rows;

describeEachEngine('database', (engine) => {
  let database: Database;

  beforeAll(async () => {
    database = await engine.database();
    await database.withOwner((tx) =>
      sql
        .raw(
          `create schema shop;
           create table shop.note (id text primary key, tenant_id uuid not null, text text not null);
           alter table shop.note enable row level security;
           alter table shop.note force row level security;
           create policy tenant on shop.note using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
           grant usage on schema shop to stella_app;
           grant select, insert, update, delete on shop.note to stella_app`,
        )
        .execute(tx),
    );
  });

  const insert = (id: string, tenant: string): Promise<unknown> =>
    database.withTenant(tenant, (tx: Transaction<Tables>) =>
      tx.insertInto('shop.note').values({ id, tenant_id: tenant, text: id }).execute(),
    );
  const idsSeenBy = (tenant: string): Promise<readonly string[]> =>
    database.withTenant(tenant, async (tx: Transaction<Tables>) =>
      (await tx.selectFrom('shop.note').select('id').orderBy('id').execute()).map((row) => row.id),
    );

  test('a tenant sees its rows and no others', async () => {
    await insert('tenant-a-1', TENANT_A);
    await insert('tenant-b-1', TENANT_B);
    expect(await idsSeenBy(TENANT_A)).toContain('tenant-a-1');
    expect(await idsSeenBy(TENANT_A)).not.toContain('tenant-b-1');
    expect(await idsSeenBy(TENANT_B)).not.toContain('tenant-a-1');
  });

  test('a row cannot be written for another tenant', async () => {
    const forged = database.withTenant(TENANT_A, (tx: Transaction<Tables>) =>
      tx.insertInto('shop.note').values({ id: 'forged', tenant_id: TENANT_B, text: '' }).execute(),
    );
    await expect(forged).rejects.toMatchObject({ code: '42501' });
  });

  test('each door has its role, and none of them is a superuser', async () => {
    const who = `select current_user::text as role, current_setting('is_superuser') as super`;
    const app = await database.withTenant(TENANT_A, (tx) => rows(tx, who));
    const relay = await database.withRelay((tx) => rows(tx, who));
    const owner = await database.withOwner((tx) => rows(tx, who));
    expect([app, relay, owner]).toEqual([
      [{ role: 'stella_app', super: 'off' }],
      [{ role: 'stella_relay', super: 'off' }],
      [{ role: 'stella_owner', super: 'off' }],
    ]);
    const { rows: flags } = await database.withRelay((tx) =>
      sql`select 1 from pg_roles where rolname like 'stella\_%' and (rolsuper or rolbypassrls or rolcanlogin)`.execute(
        tx,
      ),
    );
    expect(flags).toEqual([]);
  });

  test('a service role cannot create tables, nor read without a grant', async () => {
    const create = database.withTenant(TENANT_A, (tx) => rows(tx, 'create table shop.own (id int)'));
    await expect(create).rejects.toMatchObject({ code: '42501' });
    await expect(database.withRelay((tx) => rows(tx, 'select * from shop.note'))).rejects.toMatchObject({
      code: '42501',
    });
  });

  test('role and tenant do not outlive their transaction', async () => {
    await insert('left-1', TENANT_A);
    const left = await database.runStatement(
      'owner',
      `select current_setting('app.tenant_id', true) as tenant, (select count(*) from shop.note) as seen`,
    );
    expect(left).toEqual([{ tenant: '', seen: '0' }]);
  });

  test('a tenant id that is not a UUID never reaches the server', async () => {
    for (const bad of ['', 'x', `${TENANT_A}'`, TENANT_A.toUpperCase(), `${TENANT_A}\n`]) {
      await expect(database.withTenant(bad, async () => 1)).rejects.toMatchObject({ code: 'TENANT_INVALID' });
    }
  });

  test('what a transaction throws from is rolled back', async () => {
    const broken = database.withTenant(TENANT_A, async (tx: Transaction<Tables>) => {
      await tx.insertInto('shop.note').values({ id: 'undone', tenant_id: TENANT_A, text: '' }).execute();
      throw new Error('changed my mind');
    });
    await expect(broken).rejects.toThrow('changed my mind');
    expect(await idsSeenBy(TENANT_A)).not.toContain('undone');
  });

  test('a swallowed statement error does not turn into a silent rollback', async () => {
    const swallowed = database.withTenant(TENANT_A, async (tx: Transaction<Tables>) => {
      await tx.insertInto('shop.note').values({ id: 'swallowed', tenant_id: TENANT_A, text: '' }).execute();
      await rows(tx as unknown as Transaction<unknown>, 'select 1/0').catch(() => undefined);
    });
    await expect(swallowed).rejects.toThrow('rolled back instead of committed');
    expect(await idsSeenBy(TENANT_A)).not.toContain('swallowed');
  });

  test('a second transaction inside one is refused at once, through every door', async () => {
    const doors: readonly ((inner: Database) => Promise<unknown>)[] = [
      (inner) => inner.withTenant(TENANT_A, async () => 1),
      (inner) => inner.withRelay(async () => 1),
      (inner) => inner.withOwner(async () => 1),
      (inner) => inner.runStatement('relay', 'select 1'),
      (inner) =>
        inner.listen(
          'any',
          () => undefined,
          () => undefined,
        ),
      async () => assertNoTransaction('a call'),
    ];
    for (const door of doors) {
      await expect(database.withTenant(TENANT_A, () => door(database))).rejects.toMatchObject({
        code: 'TRANSACTION_NESTED',
      });
    }
  });

  test('work that a transaction left behind may open its own when it has ended', async () => {
    let later: () => Promise<number> = () => Promise.resolve(0);
    await database.withTenant(TENANT_A, async () => {
      later = AsyncResource.bind(() => database.withRelay(async () => 7));
    });
    expect(await later()).toBe(7);
  });

  test('a statement after the end of its transaction is refused, not run without role and tenant', async () => {
    let kept: Transaction<unknown> | undefined;
    await database.withTenant(TENANT_A, async (tx) => void (kept = tx));
    await expect(rows(kept as Transaction<unknown>, 'select 1')).rejects.toThrow('already committed');
  });

  test('errors of statements keep code and constraint', async () => {
    await insert('twice', TENANT_A);
    const error: unknown = await insert('twice', TENANT_A).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: '23505', constraint: 'note_pkey', schema: 'shop', table: 'note' });
    expect(isUniqueViolation(error, 'note_pkey')).toBe(true);
    expect(isUniqueViolation(error, 'other')).toBe(false);
  });

  test('values come back alike on both engines', async () => {
    const [row] = await database.withRelay((tx) =>
      rows(
        tx,
        `select 9007199254740993::int8 as big, count(*) as many, array[1, null]::int8[] as bigs,
                '2026-03-01 13:00:00.5+01'::timestamptz as moment, '2026-03-01 13:00:00.123456+01'::timestamptz as fine,
                array['2026-03-01T12:00:00Z']::timestamptz[] as moments, '2026-03-01'::date as day,
                '90 minutes'::interval as span, '\\x00ff'::bytea as bytes, 1.10::numeric as price,
                '{"a": [1]}'::jsonb as doc, array['x', null] as texts, null::int8 as nothing`,
      ),
    );
    expect(row).toEqual({
      big: 9007199254740993n,
      many: 1n,
      bigs: [1n, null],
      moment: '2026-03-01T12:00:00.500Z',
      fine: '2026-03-01T12:00:00.123456Z',
      moments: ['2026-03-01T12:00:00.000Z'],
      day: '2026-03-01',
      span: 'PT1H30M',
      bytes: Buffer.from([0, 255]),
      price: '1.10',
      doc: { a: [1] },
      texts: ['x', null],
      nothing: null,
    });
  });

  test('a JSON parameter may be a list', async () => {
    const { rows: back } = await database.withRelay((tx) => sql`select ${json([1, { a: 'ß' }])} as doc`.execute(tx));
    expect(back).toEqual([{ doc: [1, { a: 'ß' }] }]);
  });

  test('a large answer and a large parameter pass', async () => {
    const text = 'x'.repeat(3_000_000);
    const { rows: back } = await database.withRelay((tx) =>
      sql<{ size: number; text: string }>`select length(${text}) as size, ${text}::text as text`.execute(tx),
    );
    expect(back[0]?.size).toBe(3_000_000);
    expect(back[0]?.text === text).toBe(true);
  });

  test('transactions asked for at once all finish', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => database.withRelay((tx) => rows<{ n: number }>(tx, `select ${n} as n`))),
    );
    expect(answers.flat().map((row) => row.n)).toEqual(Array.from({ length: 50 }, (_, n) => n));
  });

  test('a read-only transaction refuses to write', async () => {
    const write = database.withTenant(TENANT_A, (tx) => rows(tx, `delete from shop.note`), { isReadOnly: true });
    await expect(write).rejects.toMatchObject({ code: '25006' });
  });

  test('all statements of a read-only transaction see one state of the world', async () => {
    const began = Promise.withResolvers<void>();
    const writing = began.promise.then(() => insert('meanwhile', TENANT_A));
    const isIn = async (tx: Transaction<Tables>) =>
      (await tx.selectFrom('shop.note').select('id').where('id', '=', 'meanwhile').execute()).length > 0;
    const seen = await database.withTenant(
      TENANT_A,
      async (tx: Transaction<Tables>) => {
        const before = await isIn(tx);
        began.resolve();
        // The embedded engine runs one transaction at a time, so there it cannot be waited for.
        if (database.engine === 'postgres') await writing;
        return [before, await isIn(tx)];
      },
      { isReadOnly: true },
    );
    await writing;
    expect(seen).toEqual([false, false]);
    expect(await idsSeenBy(TENANT_A)).toContain('meanwhile');
  });

  test('a notification reaches its listener after commit, and not after rollback', async () => {
    const heard: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const subscription = await database.listen(
      'Mixed "Case"',
      (payload) => {
        heard.push(payload);
        if (payload === 'end') resolve();
      },
      () => undefined,
    );
    const notify = (payload: string) => (tx: Transaction<unknown>) =>
      sql`select pg_notify('Mixed "Case"', ${payload})`.execute(tx);
    await database
      .withTenant(TENANT_A, async (tx) => {
        await notify('undone')(tx);
        throw new Error('no');
      })
      .catch(() => undefined);
    await database.withTenant(TENANT_A, notify('one'));
    await database.withTenant(TENANT_A, notify('end'));
    await promise;
    await subscription.close();
    expect(heard).toEqual(['one', 'end']);
  });

  test('what a notification sets off may open a transaction of its own', async () => {
    const { promise, resolve } = Promise.withResolvers<number>();
    const subscription = await database.listen(
      'opens',
      () => resolve(database.withRelay(async () => 7)),
      () => undefined,
    );
    await database.withTenant(TENANT_A, (tx) => sql`select pg_notify('opens', '')`.execute(tx));
    expect(await promise).toBe(7);
    await subscription.close();
  });

  test('a statement over its limit ends as DATABASE_TIMEOUT and the database goes on', async () => {
    const limited = await engine.fresh({ statementTimeoutMs: 3000 });
    try {
      await expect(limited.withRelay((tx) => rows(tx, 'select pg_sleep(60)'))).rejects.toMatchObject({
        code: 'DATABASE_TIMEOUT',
        retryable: true,
      });
      expect(await limited.withRelay((tx) => rows(tx, 'select 1 as one'))).toEqual([{ one: 1 }]);
    } finally {
      await limited.close();
    }
  });

  test('a transaction in conflict is run again, as often as asked', async () => {
    let runs = 0;
    const conflict = (): Promise<unknown> =>
      database.withRelay(async (tx) => {
        runs++;
        await sql.raw(`do $$ begin raise exception 'x' using errcode = '40001'; end $$`).execute(tx);
      });
    await expect(retryConflicts(3, conflict)).rejects.toMatchObject({ code: 'DATABASE_CONFLICT' });
    expect(runs).toBe(3);
  });
});

describe('options', () => {
  test('a server that is not there is DATABASE_UNAVAILABLE', async () => {
    const { openDatabase } = await import('@stella-ops/platform/database');
    const open = openDatabase({ kind: 'postgres', url: 'postgres://nobody@localhost:1/none' });
    await expect(open).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', retryable: true });
  });
});
