import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { Database } from '@stella-ops/platform/database';
import { defineJob, type JobContext, type Jobs, openJobs } from '@stella-ops/platform/jobs';
import { describeEachEngine, TENANT_A, TENANT_B } from '@stella-ops/testkit/server';

const Data = z.strictObject({ id: z.string() });
type Data = z.infer<typeof Data>;

/** A job whose runs a test can wait for; `act` decides what a run does. */
function probe(
  name: string,
  act: (data: Data, context: JobContext) => Promise<void> = async () => undefined,
  timeoutMs = 20_000,
) {
  const runs: { data: Data; context: JobContext; at: number }[] = [];
  const waiting: (() => void)[] = [];
  const job = defineJob<Data>({
    name,
    schema: Data,
    key: (data) => data.id,
    attempts: 2,
    backoff: { firstSeconds: 1, longestSeconds: 2 },
    timeoutMs,
    run: async (data, context) => {
      runs.push({ data, context, at: performance.now() });
      for (const wake of waiting.splice(0)) wake();
      await act(data, context);
    },
  });
  const until = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) await new Promise<void>((wake) => waiting.push(wake));
  };
  return { job, runs, until };
}

describeEachEngine('jobs', (engine) => {
  let database: Database;
  let jobs: Jobs;
  const errors: unknown[] = [];
  const plain = probe('test.plain');
  const quick = probe('test.quick');
  const backlog = probe('test.backlog');
  const failing = probe('test.failing', async () => {
    throw new Error('not today');
  });
  const long = probe(
    'test.long',
    (_data, { signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new Error('was aborted')));
      }),
    120_000,
  );
  const all = [plain, quick, backlog, failing, long].map((one) => one.job);

  beforeAll(async () => {
    database = await engine.fresh();
    jobs = await openJobs({ database, jobs: all, onError: (error) => errors.push(error) });
    await jobs.work(all);
  });

  afterAll(async () => {
    await jobs.drain(1000);
    expect(long.runs).toHaveLength(1);
    expect(long.runs[0]?.context.signal.aborted).toBe(true);
    await database.close();
  });

  const add = (one: typeof plain, id: string, tenant = TENANT_A) =>
    database.withTenant(tenant, (tx) => jobs.enqueue(tx, one.job, tenant, { id }));

  test('a committed job runs once, in its tenant', async () => {
    const { jobId, isNew } = await add(plain, 'once');
    await plain.until(() => plain.runs.some((run) => run.data.id === 'once'));
    const runs = plain.runs.filter((run) => run.data.id === 'once');
    expect(isNew).toBe(true);
    expect(runs.map(({ context: { tenantId, jobId: id, attempt } }) => ({ tenantId, id, attempt }))).toEqual([
      { tenantId: TENANT_A, id: jobId, attempt: 1 },
    ]);
  });

  test('a job of a transaction that is rolled back never exists', async () => {
    const undone = database.withTenant(TENANT_A, async (tx) => {
      await jobs.enqueue(tx, plain.job, TENANT_A, { id: 'undone' });
      throw new Error('no');
    });
    await expect(undone).rejects.toThrow('no');
    expect((await add(plain, 'undone')).isNew).toBe(true);
  });

  test('the same key is one job in a tenant, and another in another tenant', async () => {
    const first = await add(plain, 'same');
    const second = await add(plain, 'same');
    const other = await add(plain, 'same', TENANT_B);
    expect([first.isNew, second.isNew, other.isNew]).toEqual([true, false, true]);
    expect(second.jobId).toBe(first.jobId);
    await plain.until(() => plain.runs.filter((run) => run.data.id === 'same').length >= 2);
    expect(
      plain.runs
        .filter((run) => run.data.id === 'same')
        .map((run) => run.context.tenantId)
        .sort(),
    ).toEqual([TENANT_A, TENANT_B]);
  });

  test('a failing job is tried as often as it says, and each failure is told', async () => {
    await add(failing, 'x');
    await failing.until(() => failing.runs.length >= 2);
    expect(failing.runs.map((run) => run.context.attempt)).toEqual([1, 2]);
    expect(errors.filter((error) => (error as Error).message === 'not today')).not.toHaveLength(0);
  });

  test('data out of form is refused where it is enqueued', async () => {
    const bad = database.withTenant(TENANT_A, (tx) =>
      jobs.enqueue(tx, plain.job, TENANT_A, { id: 7 } as unknown as Data),
    );
    await expect(bad).rejects.toThrow();
  });

  test('a service role adds jobs but cannot read what other tenants gave them', async () => {
    const read = database.withTenant(TENANT_A, (tx) => sql`select data from jobs.job`.execute(tx));
    await expect(read).rejects.toMatchObject({ code: '42501' });
    const change = database.withTenant(TENANT_A, (tx) => sql`delete from jobs.job`.execute(tx));
    await expect(change).rejects.toMatchObject({ code: '42501' });
  });

  test('an idle worker starts a committed job by notification, long before it would poll', async () => {
    await add(quick, 'warm');
    await quick.until(() => quick.runs.length > 0);
    // Most of them: on a machine with other work one may be late without having waited for a poll, and even most for a while.
    let middle = Infinity;
    for (let round = 0; round < 5 && middle >= 1000; round++) {
      const waits: number[] = [];
      for (let n = 0; n < 10; n++) {
        const seen = quick.runs.length;
        await add(quick, `${round} ${n}`);
        const committed = performance.now();
        await quick.until(() => quick.runs.length > seen);
        waits.push((quick.runs.at(-1)?.at ?? Infinity) - committed);
      }
      middle = waits.toSorted((a, b) => a - b)[5] ?? Infinity;
    }
    expect(middle).toBeLessThan(1000);
  });

  test('a backlog is worked off job after job, not one for each poll', async () => {
    await database.withTenant(TENANT_A, async (tx) => {
      for (let n = 0; n < 25; n++) await jobs.enqueue(tx, backlog.job, TENANT_A, { id: `${n}` });
    });
    await backlog.until(() => backlog.runs.length >= 25);
    const times = backlog.runs.map(({ at }) => at);
    // Polling alone would take five seconds for each: two minutes.
    expect(Math.max(...times) - Math.min(...times)).toBeLessThan(60_000);
  });

  test('a job still running at the deadline of a drain is aborted', async () => {
    await add(long, 'forever');
    await long.until(() => long.runs.length > 0);
    expect(long.runs[0]?.context.signal.aborted).toBe(false);
  });
});
