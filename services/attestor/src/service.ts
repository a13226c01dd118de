import { fileURLToPath } from 'node:url';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { createMetrics, defineService } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { ATTESTOR_CONFIG, masterKeyFileOf } from './config.ts';
import { startAuditLoop } from './log/audit-loop.ts';
import { LogKeeper } from './log/log-identity.ts';
import { LogReader } from './log/log-reader.ts';
import { LogWriter } from './log/log-writer.ts';
import { SeenCheckpoint } from './log/seen-checkpoint.ts';
import { METRICS } from './metrics.ts';
import { logMount } from './mount/log-mount.ts';
import { attestorEndpoints } from './routes.ts';

export const service = defineService<typeof ATTESTOR_CONFIG, ServiceHost>({
  id: 'attestor',
  config: ATTESTOR_CONFIG,
  schema: { schema: 'attestor', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: ATTESTOR_ROUTES,
  jobs: [],
  events: [],
  metrics: METRICS,
  async start({ config, host, clock, randomness, logger }) {
    const { database } = host;
    const metrics = createMetrics(METRICS, { withProcessMetrics: false });
    const { record } = metrics;
    const seen = new SeenCheckpoint();
    const keeper = new LogKeeper({
      database,
      origin: config.origin,
      masterKeyFile: masterKeyFileOf(config),
      randomness,
      clock,
    });
    await keeper.checkOrigin();
    const writer = new LogWriter({ database, keeper, seen, clock, logger, record });
    const reader = new LogReader({ database, keeper, seen });
    const audit = { database, keeper, seen, logger, record, everyMs: config.auditHours * 3_600_000 };
    let auditing: ReturnType<typeof startAuditLoop> | undefined;
    return {
      endpoints: attestorEndpoints({ host, writer, reader }),
      mounts: [logMount(reader, logger)],
      metrics,
      ready: () => {
        auditing = startAuditLoop(audit);
        return Promise.resolve();
      },
      stop: async () => {
        await auditing?.stop();
        await writer.idle();
      },
    };
  },
});
