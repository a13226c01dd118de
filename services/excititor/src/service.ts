import { EXCITITOR_EVENTS, EXCITITOR_ROUTES } from '@stella-ops/contracts/excititor';
import { defineService } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { fileURLToPath } from 'node:url';
import { EXCITITOR_CONFIG } from './config.ts';
import { TenantTurns } from './domain/tenant-turns.ts';
import { EXCITITOR_METRICS, excititorMetrics } from './metrics.ts';
import { excititorEndpoints } from './routes.ts';
import { newestSnapshotTimes } from './store/snapshots.ts';

/** What suppliers say of whether a vulnerability can be exploited, side by side and never merged. */
export const service = defineService<typeof EXCITITOR_CONFIG, ServiceHost>({
  id: 'excititor',
  config: EXCITITOR_CONFIG,
  schema: { schema: 'vex', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: EXCITITOR_ROUTES,
  jobs: [],
  events: Object.values(EXCITITOR_EVENTS),
  metrics: EXCITITOR_METRICS,
  capabilities: { merge: false },
  start: async ({ config, host, ids }) => {
    const metrics = excititorMetrics();
    const { maxStatements } = config;
    return {
      endpoints: excititorEndpoints({ host, ids, record: metrics.record, turns: new TenantTurns(), maxStatements }),
      metrics,
      ready: async () => {
        for (const { tenant_id, created_at } of await host.database.withRelay(newestSnapshotTimes)) {
          metrics.record.snapshotTime(Date.parse(created_at) / 1000, { tenant: tenant_id });
        }
      },
      stop: () => Promise.resolve(),
    };
  },
});
