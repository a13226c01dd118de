import { expect, test } from 'vitest';
import { z } from 'zod';
import { defineJob, type JobDefinition } from './job.ts';
import { jobId } from './job-id.ts';

const definition: JobDefinition<{ id: string }> = {
  name: 'scanner.scan-image',
  schema: z.strictObject({ id: z.string() }),
  key: (data) => data.id,
  attempts: 3,
  backoff: { firstSeconds: 1, longestSeconds: 60 },
  timeoutMs: 60_000,
  run: async () => undefined,
};

test('a job id is a version 8 UUID that depends on queue, tenant and key, and on nothing else', () => {
  const id = jobId('a.b', 't', 'k');
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(jobId('a.b', 't', 'k')).toBe(id);
  const others = [jobId('a.c', 't', 'k'), jobId('a.b', 'u', 'k'), jobId('a.b', 't', 'l'), jobId('a.b', 'tk', '')];
  expect(new Set([id, ...others]).size).toBe(5);
});

test('a definition that cannot work is refused when it is made', () => {
  for (const wrong of [{ name: 'scan' }, { name: 'A.b' }, { attempts: 0 }, { timeoutMs: 500 }, { timeoutMs: 1500 }]) {
    expect(() => defineJob({ ...definition, ...wrong })).toThrow(/job/);
  }
});

test('stored data is parsed again before it runs', async () => {
  const job = defineJob(definition);
  const context = { tenantId: 't', jobId: 'j', attempt: 1, signal: new AbortController().signal };
  expect(job.toStored({ id: 'x' })).toEqual({ data: { id: 'x' }, key: 'x' });
  await expect(async () => job.runStored({ id: 1 }, context)).rejects.toThrow();
  await expect(job.runStored({ id: 'x' }, context)).resolves.toBeUndefined();
});
