import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { fillShop } from '@stella-ops/app-server/demo';
import { describeEachServer, makeTenant, type TestServer } from '@stella-ops/testkit/product';
import { digestOf } from '@stella-ops/engine-kernel';
import { type Database, ROLES } from '@stella-ops/platform/database';
import { sql, type Transaction } from 'kysely';
import { isSettled } from '@stella-ops/testkit/server';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { collectIds, tenantTables } from './contract-inputs.ts';

/**
 * What keeps tenants apart below the services: with two filled tenants, each table shows each tenant its own rows and
 * nobody else's. The probe is proven by taking each policy away in turn: it must notice every one.
 */
describeEachServer('row-level security', (started) => {
  let server: TestServer;
  let database: Database;
  let tenants: readonly [string, string];
  let tables: readonly string[];

  beforeAll(async () => {
    server = await started();
    ({ database } = server);
    const ids = [];
    for (const name of ['left', 'right']) {
      const people = await makeTenant(server, name);
      await fillShop(people);
      await collectIds(people, server.agentUrl ?? '');
      ids.push((await people.admin.client(AUTHORITY_ROUTES).whoami({})).body.tenant.id);
    }
    // What services do by themselves fills tables too.
    while (!(await isSettled(database))) await delay(50);
    tenants = [ids[0] ?? '', ids[1] ?? ''];
    for (const tenant of tenants) await database.withTenant(tenant, fillTheRest);
    tables = [...(await tenantTables(database)), CATALOGUE];
  }, 300_000);

  test('every table has rows of both tenants, so the probe looks at something', async () => {
    const empty: string[] = [];
    for (const tenant of tenants) {
      await database.withTenant(tenant, async (tx) => {
        for (const table of tables) if ((await rowsOf(tx, table, tenant)).own === 0n) empty.push(table);
      });
    }
    expect([...new Set(empty)]).toEqual([]);
  });

  test('each tenant sees its own rows and no others', async () => {
    expect(await undoing((tx) => probe(tx))).toEqual([]);
  });

  test('taking any policy away, or row-level security itself, is noticed', async () => {
    const { rows: policies } = await database.withOwner((tx) =>
      sql<{ table: string; policy: string; roles: string }>`
        select format('%I.%I', schemaname, tablename) as table, quote_ident(policyname) as policy,
               array_to_string(roles, ',') as roles
        from pg_policies where schemaname not in ('pgboss') order by 1, 2`.execute(tx),
    );
    expect(policies.length).toBeGreaterThan(tables.length - 1);
    const unnoticed: string[] = [];
    for (const { table, policy, roles } of policies) {
      const faults = await undoing(async (tx) => {
        await sql.raw(`drop policy ${policy} on ${table}`).execute(tx);
        return roles === 'public' ? probe(tx, [table]) : relayFaults(tx, table);
      });
      if (faults.length === 0) unnoticed.push(`${table} ${policy}`);
    }
    for (const table of tables) {
      const faults = await undoing(async (tx) => {
        await sql.raw(`alter table ${table} disable row level security`).execute(tx);
        return probe(tx, [table]);
      });
      if (faults.length === 0) unnoticed.push(`${table} without row-level security`);
    }
    expect(unnoticed).toEqual([]);
  });

  /** Runs as the owner and takes everything back. */
  async function undoing<T>(run: (tx: Transaction<unknown>) => Promise<T>): Promise<T> {
    const taken: { value?: T } = {};
    const undo = new Error('undo');
    await database
      .withOwner(async (tx) => {
        taken.value = await run(tx);
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    return taken.value as T;
  }

  async function probe(tx: Transaction<unknown>, only: readonly string[] = tables): Promise<string[]> {
    const faults: string[] = [];
    for (const tenant of tenants) {
      await actAs(tx, ROLES.app, tenant);
      for (const table of only) {
        const { own, others } = await rowsOf(tx, table, tenant);
        if (others > 0n) faults.push(`${table} shows ${tenant} ${others} rows of others`);
        if (own === 0n) faults.push(`${table} hides rows of ${tenant} from itself`);
      }
    }
    await actAs(tx, ROLES.owner, '');
    return faults;
  }

  /** What the relay sees across tenants must still be there. */
  async function relayFaults(tx: Transaction<unknown>, table: string): Promise<string[]> {
    const held = await sql<{ may: boolean }>`
      select has_any_column_privilege(${ROLES.relay}, ${table}, 'select') as may`.execute(tx);
    if (held.rows[0]?.may !== true) return [];
    await actAs(tx, ROLES.relay, '');
    const { rows } = await sql<{ n: bigint }>`select count(*) as n from ${sql.raw(table)}`.execute(tx);
    await actAs(tx, ROLES.owner, '');
    return rows[0]?.n === 0n ? [`${table} is hidden from the relay`] : [];
  }
});

/** The list of tenants itself: its rows are the tenants. */
const CATALOGUE = 'authority.tenant';

/** What the shop does not do: folders that are watched, scans of images in a registry, events that fail. */
async function fillTheRest(tx: Transaction<unknown>): Promise<void> {
  const digest = digestOf('probe');
  await sql`
    insert into concelier.watched_file (tenant_id, path_digest, path, size_bytes, modified_ms, content_digest)
    values (current_setting('app.tenant_id')::uuid, ${digest}, '/probe', 1, 1, ${digest})`.execute(tx);
  await sql`
    insert into releases.scan_request (tenant_id, image_digest, attempt)
    values (current_setting('app.tenant_id')::uuid, ${digest}, 1)`.execute(tx);
  await sql`
    insert into events.parked (consumer, event_id, tenant_id, position, state, type, version, data, occurred_at)
    select 'test.probe', id, tenant_id, position, 'parked', type, version, data, occurred_at
    from events.outbox where position is not null order by position limit 1`.execute(tx);
  await sql`
    insert into scanner.image_alias (tenant_id, alias, digest)
    select tenant_id, ${digest}, digest from scanner.image limit 1`.execute(tx);
}

async function actAs(tx: Transaction<unknown>, role: string, tenantId: string): Promise<void> {
  await sql`select set_config('role', ${role}, true), set_config('app.tenant_id', ${tenantId}, true)`.execute(tx);
}

async function rowsOf(
  tx: Transaction<unknown>,
  table: string,
  tenantId: string,
): Promise<{ readonly own: bigint; readonly others: bigint }> {
  const column = sql.raw(table === CATALOGUE ? 'id' : 'tenant_id');
  const { rows } = await sql<{ own: bigint; others: bigint }>`
    select count(*) filter (where ${column} = ${tenantId}::uuid) as own,
           count(*) filter (where ${column} is distinct from ${tenantId}::uuid) as others
    from ${sql.raw(table)}`.execute(tx);
  return rows[0] ?? { own: 0n, others: 0n };
}
