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
  test('say how long the oldest job and the oldest event wait, how far a consumer is behind, and what it gave up', async () => {
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

    await database.withTenant(TENANT_A, (tx) => {
      const id = '01930000-0000-7000-8000-000000000002';
      return publishEvent(tx, NOTED, { id, tenantId: TENANT_A, occurredAt: ago(0), data: { text: 'b' } });
    });
    const heldUp = new Set(['test.stuck', 'test.failing']);
    const allHeldUp = Promise.withResolvers<void>();
    const consumer = (name: string, error: Error) => {
      const fault = (): Promise<void> => Promise.reject(error);
      return { name, types: [NOTED.type], handle: fault, reset: fault };
    };
    const running = await startEvents({
      database,
      consumers: [
        // What the driver says of a connection that is gone: no event is to blame.
        consumer('test.stuck', Object.assign(new Error('read ECONNRESET'), { syscall: 'read' })),
        consumer('test.failing', new Error('not today')),
      ],
      retries: { attempts: 1, firstRetryMs: 1, longestRetryMs: 1 },
      onError: (_error, name = '') => {
        heldUp.delete(name);
        if (heldUp.size === 0) allHeldUp.resolve();
      },
    });
    await allHeldUp.promise;
    await running.stop();
    expect(await told('events_waiting_seconds')).toBe(0);
    expect(await told('events_behind{consumer="test.stuck"}')).toBe(2);
    expect(await told('events_parked{consumer="test.stuck"}')).toBe(0);
    expect(await told('events_parked{consumer="test.failing"}')).toBe(1);
    await jobs.drain(1000);
    await database.close();
  });
});
