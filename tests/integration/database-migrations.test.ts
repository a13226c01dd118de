import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { checkTenancy, type Database, dumpSchema, migrate } from '@stella-ops/platform/database';
import { describeEachEngine, TENANT_A, TENANT_B } from '@stella-ops/testkit/server';

const TENANT_TABLE = `create table %.item (id uuid primary key, tenant_id uuid not null, body jsonb not null default '{}');
alter table %.item enable row level security;
alter table %.item force row level security;
create policy tenant on %.item using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
grant usage on schema % to stella_app, stella_relay;
grant select, insert on %.item to stella_app;
`;

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'stella-migrations-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describeEachEngine('migrations', (engine) => {
  let database: Database;
  let count = 0;
  /** A schema name no other test uses. */
  const nextSchema = (): string => `m${++count}`;
  const tenantTable = (schema: string): string => TENANT_TABLE.replaceAll('%', schema);
  const run = (text: string): Promise<unknown> => database.withOwner((tx) => sql.raw(text).execute(tx));

  beforeAll(async () => {
    database = await engine.database();
  });

  test('each file runs once, in order, and the second run has nothing to do', async () => {
    const schema = nextSchema();
    const folder = folderOf({
      '0001_first.sql': `create table ${schema}.a (id int4); insert into ${schema}.a values (1);`,
      '0002_second.sql': `insert into ${schema}.a select max(id) + 1 from ${schema}.a;`,
    });
    expect(await migrate(database, [{ schema, folder }])).toEqual({
      applied: [`${schema}/0001_first.sql`, `${schema}/0002_second.sql`],
    });
    expect(await migrate(database, [{ schema, folder }])).toEqual({ applied: [] });
    const { rows } = await database.withOwner((tx) => sql.raw(`select id from ${schema}.a order by id`).execute(tx));
    expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
  });

  test('two processes that migrate at once apply each file once', async () => {
    const schema = nextSchema();
    const folder = folderOf({ '0001_a.sql': `create table ${schema}.a (id int4)`, '0002_b.sql': 'select 1' });
    const reports = await Promise.all([1, 2, 3].map(() => migrate(database, [{ schema, folder }])));
    expect(reports.flatMap((report) => report.applied).sort()).toEqual([
      `${schema}/0001_a.sql`,
      `${schema}/0002_b.sql`,
    ]);
  });

  test('a failing file leaves the database as it was and names its line', async () => {
    const schema = nextSchema();
    const folder = folderOf({
      '0001_good.sql': `create table ${schema}.a (id int4)`,
      '0002_bad.sql': `-- ß😀\ncreate table ${schema}.b (id int4);\n\nselect * from ${schema}.nowhere;\n`,
    });
    await expect(migrate(database, [{ schema, folder }])).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      place: { file: join(folder, '0002_bad.sql'), line: 4 },
    });
    expect(await dumpSchema(database, schema)).not.toContain('table b');
    writeFileSync(join(folder, '0002_bad.sql'), `create table ${schema}.b (id int4)`);
    expect((await migrate(database, [{ schema, folder }])).applied).toEqual([`${schema}/0002_bad.sql`]);
  });

  test('an applied file that was changed is refused before anything is done', async () => {
    const [schema, other] = [nextSchema(), nextSchema()];
    const folder = folderOf({ '0001_a.sql': `create table ${schema}.a (id int4)` });
    await migrate(database, [{ schema, folder }]);
    appendFileSync(join(folder, '0001_a.sql'), '\n-- a word more');
    const both = [
      { schema: other, folder: folderOf({ '0001_a.sql': `create table ${other}.a (id int4)` }) },
      { schema, folder },
    ];
    await expect(migrate(database, both)).rejects.toMatchObject({ code: 'MIGRATION_CHANGED' });
    const { rows } = await database.withOwner((tx) =>
      sql`select from pg_namespace where nspname = ${other}`.execute(tx),
    );
    expect(rows).toEqual([]);
  });

  test('a database that knows more than the code is refused', async () => {
    const schema = nextSchema();
    const folder = folderOf({ '0001_a.sql': `create table ${schema}.a (id int4)`, '0002_b.sql': 'select 1' });
    await migrate(database, [{ schema, folder }]);
    rmSync(join(folder, '0002_b.sql'));
    await expect(migrate(database, [{ schema, folder }])).rejects.toMatchObject({ code: 'SCHEMA_NEWER' });
  });

  test('names out of form, gaps and files that end their transaction are refused', async () => {
    for (const files of [{ '1_a.sql': '' }, { '0002_a.sql': '' }, { '0001_a.sql': '', '0001_b.sql': '' }]) {
      const source = { schema: nextSchema(), folder: folderOf(files) };
      await expect(migrate(database, [source])).rejects.toMatchObject({ code: 'MIGRATION_INVALID' });
    }
    const folder = folderOf({ '0001_a.sql': 'commit; begin; select 1' });
    await expect(migrate(database, [{ schema: nextSchema(), folder }])).rejects.toMatchObject({
      code: 'MIGRATION_INVALID',
      message: '0001_a.sql ends its transaction',
    });
    await expect(migrate(database, [{ schema: `a"b`, folder }])).rejects.toMatchObject({ code: 'MIGRATION_INVALID' });
  });

  test('the dump says all that a schema holds, the same on both engines', async () => {
    const schema = 'dumped';
    const folder = folderOf({
      '0001_a.sql': `${tenantTable(schema)}
create type ${schema}.state as enum ('open', 'closed');
create table ${schema}.entry (
  id int8 generated always as identity primary key,
  item_id uuid not null references ${schema}.item (id) on delete cascade,
  state ${schema}.state not null default 'open',
  at timestamptz(3) not null default now(),
  size int4 check (size > 0),
  twice int4 generated always as (size * 2) stored,
  unique (item_id, at)
);
create index entry_open on ${schema}.entry (at desc) where state = 'open';
create function ${schema}.one() returns int4 language sql immutable return 1;
create view ${schema}.seen as select id from ${schema}.entry;
grant select (id, at) on ${schema}.entry to stella_relay;`,
    });
    await migrate(database, [{ schema, folder }]);
    await expect(await dumpSchema(database, schema)).toMatchFileSnapshot('expected/dumped-schema.sql');
  });

  test('a schema that keeps tenants apart has no faults', async () => {
    const schema = nextSchema();
    await migrate(database, [{ schema, folder: folderOf({ '0001_a.sql': tenantTable(schema) }) }]);
    expect(await checkTenancy(database, schema)).toEqual([]);
  });

  test('each way to let tenants see each other is found', async () => {
    const schema = nextSchema();
    const table = `${schema}.item`;
    const own = `tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid`;
    await migrate(database, [{ schema, folder: folderOf({ '0001_a.sql': tenantTable(schema) }) }]);
    const faultsAfter = async (change: string, undo: string): Promise<readonly string[]> => {
      await run(change);
      const faults = await checkTenancy(database, schema);
      await run(undo);
      return faults;
    };
    const policy = `create policy tenant on ${table} using (${own})`;
    const drop = `drop policy tenant on ${table}`;
    expect(
      await faultsAfter(
        `alter table ${table} disable row level security`,
        `alter table ${table} enable row level security`,
      ),
    ).toEqual(['table item: row-level security is not enabled']);
    expect(
      await faultsAfter(
        `alter table ${table} no force row level security`,
        `alter table ${table} force row level security`,
      ),
    ).toEqual(['table item: row-level security is not forced']);
    expect(await faultsAfter(drop, policy)).toEqual(['table item: no policy keeps tenants apart']);
    expect(
      await faultsAfter(`create policy more on ${table} for select using (true)`, `drop policy more on ${table}`),
    ).toEqual(['table item: policy more lets other tenants pass']);
    expect(
      await faultsAfter(
        `${drop}; create policy tenant on ${table} using (${own}) with check (true)`,
        `${drop}; ${policy}`,
      ),
    ).toEqual(['table item: no policy keeps tenants apart', 'table item: policy tenant lets other tenants pass']);
    expect(
      await faultsAfter(`${drop}; create policy tenant on ${table} using (${own} or true)`, `${drop}; ${policy}`),
    ).toEqual(['table item: no policy keeps tenants apart', 'table item: policy tenant lets other tenants pass']);
    expect(await faultsAfter(`grant select on ${table} to public`, `revoke select on ${table} from public`)).toEqual([
      'table item: everybody may select',
    ]);
    expect(await checkTenancy(database, schema)).toEqual([]);
  });

  test('a policy for the relay by name is no fault, and lets the relay alone see all tenants', async () => {
    const schema = nextSchema();
    const text = `${tenantTable(schema)}
create policy relay on ${schema}.item for select to stella_relay using (true);
grant select on ${schema}.item to stella_relay;`;
    await migrate(database, [{ schema, folder: folderOf({ '0001_a.sql': text }) }]);
    expect(await checkTenancy(database, schema)).toEqual([]);
    for (const tenant of [TENANT_A, TENANT_B]) {
      await database.withTenant(tenant, (tx) =>
        sql.raw(`insert into ${schema}.item (id, tenant_id) values (gen_random_uuid(), '${tenant}')`).execute(tx),
      );
    }
    const count = async (door: 'relay' | 'tenant'): Promise<number> => {
      const select = (tx: Parameters<Parameters<Database['withRelay']>[0]>[0]) =>
        sql.raw(`select 1 from ${schema}.item`).execute(tx);
      return (await (door === 'relay' ? database.withRelay(select) : database.withTenant(TENANT_A, select))).rows
        .length;
    };
    expect([await count('relay'), await count('tenant')]).toEqual([2, 1]);
  });
});
