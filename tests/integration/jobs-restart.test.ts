import { expect, test } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '@stella-ops/platform/database';
import { defineJob, openJobs } from '@stella-ops/platform/jobs';
import { TENANT_A, temporaryFolder } from '@stella-ops/testkit/server';

// Only the embedded engine knows that nobody else can be running a job; a server's processes have heartbeats.
test('jobs of a process that is gone run at once when the next one opens the database; used-up ones do not', async () => {
  const dataDir = temporaryFolder();
  const runs: string[] = [];
  const woken = Promise.withResolvers<void>();
  const job = defineJob({
    name: 'test.taken-back',
    schema: z.object({ id: z.string() }),
    key: ({ id }) => id,
    attempts: 2,
    backoff: { firstSeconds: 60, longestSeconds: 60 },
    timeoutMs: 120_000,
    run: ({ id }) => {
      runs.push(id);
      woken.resolve();
      return Promise.resolve();
    },
  });
  const onError = (): void => undefined;

  const before = await openDatabase({ kind: 'embedded', dataDir });
  const first = await openJobs({ database: before, jobs: [job], onError });
  for (const id of ['running', 'used-up']) {
    await before.withTenant(TENANT_A, (tx) => first.enqueue(tx, job, TENANT_A, { id }));
  }
  await before.runStatement('relay', `update jobs.job set state = 'active', started_on = now(), heartbeat_on = now()`);
  await before.runStatement('relay', `update jobs.job set retry_count = 1 where data->'data'->>'id' = 'used-up'`);
  await first.drain(1000);
  await before.close();

  const after = await openDatabase({ kind: 'embedded', dataDir });
  const second = await openJobs({ database: after, jobs: [job], onError });
  await second.work([job]);
  await woken.promise;
  await second.drain(60_000);
  const states = await after.runStatement('relay', `select data->'data'->>'id' as id, state from jobs.job order by 1`);
  await after.close();
  expect(runs).toEqual(['running']);
  expect(states).toEqual([
    { id: 'running', state: 'completed' },
    { id: 'used-up', state: 'failed' },
  ]);
});
