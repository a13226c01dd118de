// `node tests/integration/measure-database.ts`: what the embedded database costs here; with STELLA_TEST_POSTGRES_URL or the
// server's programs the same for PostgreSQL. Absolute times say as much about the machine as about us.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { type Database, type DatabaseOptions, openDatabase } from '@stella-ops/platform/database';
import { has, testPostgres } from '@stella-ops/testkit';

const INSERTS = 2000;
const folder = mkdtempSync(join(tmpdir(), 'stella-measure-'));
const say = (what: string, value: number, unit: string): void =>
  console.log(`  ${what.padEnd(44)}${value.toFixed(2).padStart(9)} ${unit}`);
const at = (sorted: readonly number[], part: number): number => sorted[Math.floor((sorted.length - 1) * part)] ?? NaN;

async function timed(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

async function repeated(what: string, count: number, run: (n: number) => Promise<unknown>): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < count; n++) times.push(await timed(() => run(n)));
  times.sort((a, b) => a - b);
  say(`${what}, p50`, at(times, 0.5), 'ms');
  say(`${what}, p95`, at(times, 0.95), 'ms');
}

async function measure(options: DatabaseOptions): Promise<void> {
  let database: Database | undefined;
  say('first open', await timed(async () => (database = await openDatabase(options))), 'ms');
  await database?.close();
  say('later open', await timed(async () => (database = await openDatabase(options))), 'ms');
  if (database === undefined) return;
  const open = database;
  await delay(2000);
  say('resident memory, idle', process.memoryUsage().rss / 1e6, 'MB');
  await open.withOwner((tx) =>
    sql
      .raw(
        'create schema m; create table m.t (n int4); grant usage on schema m to stella_relay; grant all on m.t to stella_relay',
      )
      .execute(tx),
  );
  const insert = (n: number): Promise<unknown> =>
    open.withRelay((tx) => sql`insert into m.t values (${n})`.execute(tx));
  await repeated('transaction with one insert, durable', INSERTS, insert);
  await repeated('transaction with one select', 500, () => open.withRelay((tx) => sql`select 1`.execute(tx)));
  await open.withRelay((tx) =>
    repeated('insert inside a transaction', 500, (n) => sql`insert into m.t values (${n})`.execute(tx)),
  );

  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  await open.withRelay(async (tx) => {
    for (let n = 0; n < INSERTS; n++) await sql`insert into m.t values (${n})`.execute(tx);
  });
  loop.disable();
  say(`main loop, longest stall in ${INSERTS} inserts`, loop.max / 1e6, 'ms');

  let heard: () => void = () => undefined;
  await open.listen(
    'measured',
    () => heard(),
    () => undefined,
  );
  const waits: number[] = [];
  for (let n = 0; n < 200; n++) {
    const { promise, resolve } = Promise.withResolvers<number>();
    heard = () => resolve(performance.now());
    await open.withRelay((tx) => sql`select pg_notify('measured', '')`.execute(tx));
    const committed = performance.now();
    waits.push(Math.max(0, (await promise) - committed));
  }
  waits.sort((a, b) => a - b);
  say('commit to notification, p95', at(waits, 0.95), 'ms');
  await open.close();
}

console.log('embedded');
await measure({ kind: 'embedded', dataDir: join(folder, 'database') });
if (has('postgres')) {
  console.log('PostgreSQL');
  await measure({ kind: 'postgres', url: testPostgres().createDatabase() });
}
rmSync(folder, { recursive: true });
