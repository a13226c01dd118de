import { CONCELIER_EVENTS, CONCELIER_ROUTES } from '@stella-ops/contracts/concelier';
import { defineService } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startWatching, type Watching } from './commands/watching.ts';
import { CONCELIER_CONFIG } from './config.ts';
import { Turns } from './domain/turns.ts';
import { CONCELIER_METRICS, concelierMetrics } from './metrics.ts';
import type { Parts } from './parts.ts';
import { concelierEndpoints } from './routes.ts';
import { newestSnapshotTimes } from './store/snapshots.ts';

/** What the world says about vulnerabilities: records as received, and snapshots of them that decisions name. */
export const service = defineService<typeof CONCELIER_CONFIG, ServiceHost>({
  id: 'concelier',
  config: CONCELIER_CONFIG,
  schema: { schema: 'concelier', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: CONCELIER_ROUTES,
  jobs: [],
  events: Object.values(CONCELIER_EVENTS),
  metrics: CONCELIER_METRICS,
  capabilities: { merge: false },
  start: async ({ config, host, logger, clock, ids }) => {
    const metrics = concelierMetrics();
    if (config.workFolder !== '') mkdirSync(config.workFolder, { recursive: true, mode: 0o700 });
    const stopped = new AbortController();
    const parts: Parts = {
      host,
      clock,
      ids,
      logger,
      record: metrics.record,
      builds: new Turns(),
      stopping: stopped.signal,
      workFolder: config.workFolder === '' ? tmpdir() : config.workFolder,
    };
    let watching: Watching | undefined;
    return {
      endpoints: concelierEndpoints(parts),
      metrics,
      ready: async () => {
        for (const { tenant_id, created_at } of await host.database.withRelay(newestSnapshotTimes)) {
          metrics.record.snapshotTime(Date.parse(created_at) / 1000, { tenant: tenant_id });
        }
        watching = startWatching(parts, config.watch);
      },
      stop: async () => {
        stopped.abort();
        await watching?.ended();
      },
    };
  },
});
