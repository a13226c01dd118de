import { expect, test } from 'vitest';
import * as z from 'zod';
import { defineEvent } from '@stella-ops/contracts';
import { migrate } from '@stella-ops/platform/database';
import { EVENTS_SCHEMA, publishEvent, startEvents } from '@stella-ops/platform/events';
import { defineJob, openJobs } from '@stella-ops/platform/jobs';
import { backlogMetrics } from '@stella-ops/platform/service';
import { describeEachEngine, TENANT_A } from '@stella-ops/testkit/server';

const Data = z.strictObject({ id: z.string() });
const JOB = defineJob<z.infer<typeof Data>>({
  name: 'test.nobody-runs-it',
  schema: Data,
  key: ({ id }) => id,
  attempts: 1,
  backoff: { firstSeconds: 1, longestSeconds: 1 },
  timeoutMs: 1000,
  run: () => Promise.resolve(),
});
const type: string = 'test.note.written';
const NOTED = defineEvent({
  type,
  version: 1,
  summary: 'A note was written.',
  scope: 'release.read',
  data: z.strictObject({ text: z.string() }),
});
const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

describeEachEngine('metrics of what waits', (engine) => {
  test('say how long the oldest job and the oldest event wait, and how far a consumer is behind', async () => {
    const database = await engine.fresh();
    await migrate(database, [EVENTS_SCHEMA]);
    const jobs = await openJobs({ database, jobs: [JOB], onError: () => undefined });
    const metrics = backlogMetrics(database);
    const told = async (name: string): Promise<number> => {
      const { text } = await metrics.render();
      return Number(new RegExp(`^${name.replace(/[{}]/g, String.raw`\$&`)} (.*)$`, 'm').exec(text)?.[1] ?? NaN);
    };
    expect(await told('jobs_waiting')).toBe(0);
    expect(await told('jobs_waiting_seconds')).toBe(0);
    expect(await told('events_waiting_seconds')).toBe(0);

    await database.withTenant(TENANT_A, async (tx) => {
      await jobs.enqueue(tx, JOB, TENANT_A, { id: 'old' }, { startAfter: ago(600) });
      await jobs.enqueue(tx, JOB, TENANT_A, { id: 'new' });
      await jobs.enqueue(tx, JOB, TENANT_A, { id: 'later' }, { startAfter: ago(-600) });
      const id = '01930000-0000-7000-8000-000000000001';
      await publishEvent(tx, NOTED, { id, tenantId: TENANT_A, occurredAt: ago(300), data: { text: 'a' } });
    });
    // The clocks of this process and of the database may be a little apart.
    expect(await told('jobs_waiting')).toBe(2);
    expect(await told('jobs_waiting_seconds')).toBeGreaterThan(590);
    expect(await told('events_waiting_seconds')).toBeGreaterThan(290);

    let isHeldUp: () => void = () => undefined;
    const heldUp = new Promise<void>((resolve) => (isHeldUp = resolve));
    const fault = (): Promise<void> => Promise.reject(new Error('not today'));
    const running = await startEvents({
      database,
      consumers: [{ name: 'test.stuck', types: [NOTED.type], handle: fault, reset: fault }],
      onError: (_error, consumer) => consumer === 'test.stuck' && isHeldUp(),
    });
    await heldUp;
    await running.stop();
    expect(await told('events_waiting_seconds')).toBe(0);
    expect(await told('events_behind{consumer="test.stuck"}')).toBe(1);
    await jobs.drain(1000);
    await database.close();
  });
});
