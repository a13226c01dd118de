// The serving process of `server.ts`: starts, says where, answers questions about itself.
import { readFileSync } from 'node:fs';
import { runServer } from '@stella-ops/app-server';
import { seedDemo } from '@stella-ops/app-server/demo';
import type { Database } from '@stella-ops/platform/database';
import { defineJob, openJobs } from '@stella-ops/platform/jobs';
import { z } from 'zod';

export interface ServerFacts {
  readonly residentBytes: number;
  /** p95 of commit to the job's first line. */
  readonly jobStartMs: number;
}

const [dataDir = ''] = process.argv.slice(2);
const opened: { database?: Database } = {};
const server = await runServer(
  process.env,
  {
    'server.dataDir': dataDir,
    'server.isDemo': 'true',
    'http.port': '0',
    'http.apiPort': '0',
    'http.burst': '1000000',
    'log.level': 'error',
  },
  ['all'],
  (database) => (opened.database = database),
);
process.send?.({ url: server.url });
await seedDemo(server, () => undefined);

process.on('message', (message) => {
  void (message === 'stop'
    ? server.stop().then(() => process.exit(0))
    : facts().then((answer) => process.send?.(answer)));
});

async function facts(): Promise<ServerFacts> {
  const resident = /VmRSS:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
  return { residentBytes: Number(resident) * 1024, jobStartMs: await jobStart() };
}

async function jobStart(): Promise<number> {
  const { database } = opened;
  if (database === undefined) throw new Error('there is no database');
  const started = new Map<number, () => void>();
  const probe = defineJob({
    name: 'bench.begin',
    schema: z.object({ n: z.int() }),
    key: ({ n }) => `${process.pid} ${n}`,
    attempts: 1,
    backoff: { firstSeconds: 1, longestSeconds: 1 },
    timeoutMs: 10_000,
    run: async ({ n }) => {
      started.get(n)?.();
      return Promise.resolve();
    },
  });
  const jobs = await openJobs({ database, jobs: [probe], onError: (error) => console.error(error) });
  await jobs.work([probe]);
  const times: number[] = [];
  for (let n = 0; n < 50; n++) {
    const begun = new Promise<void>((resolve) => started.set(n, resolve));
    await database.withTenant('0193aaaa-0000-7000-8000-00000000000a', (tx) =>
      jobs.enqueue(tx, probe, '0193aaaa-0000-7000-8000-00000000000a', { n }),
    );
    const committed = performance.now();
    await begun;
    times.push(performance.now() - committed);
  }
  await jobs.drain(1000);
  return [...times].sort((a, b) => a - b)[47] ?? 0;
}
