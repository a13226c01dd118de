import { fileURLToPath } from 'node:url';
import { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import { createMetrics, defineService } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { ATTESTOR_CONFIG } from './config.ts';
import { startAuditLoop } from './log/audit-loop.ts';
import { openLog } from './log/open-log.ts';
import { METRICS } from './metrics.ts';
import { LOG_PREFIX, logMount } from './mount/log-mount.ts';
import { attestorEndpoints } from './routes.ts';

export const service = defineService<typeof ATTESTOR_CONFIG, ServiceHost>({
  id: 'attestor',
  config: ATTESTOR_CONFIG,
  schema: { schema: 'attestor', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: ATTESTOR_ROUTES,
  mounts: [LOG_PREFIX],
  jobs: [],
  events: [],
  metrics: METRICS,
  async start({ config, host, clock, randomness, logger }) {
    const { database } = host;
    const metrics = createMetrics(METRICS, { withProcessMetrics: false });
    const { record } = metrics;
    const log = openLog({
      database,
      config,
      clock,
      randomness,
      committed: ({ count, treeSize, durationMs }) => {
        record.appended(count, {});
        record.treeSize(treeSize, {});
        record.batchSeconds(durationMs / 1000, {});
        record.isForked(0, {});
      },
      failed: (error) => {
        record.isForked(1, {});
        logger.error('The log and its signed state disagree: nothing more is signed', { error });
      },
    });
    const { keeper, seen, writer, reader } = log;
    await keeper.checkOrigin();
    const audit = { database, keeper, seen, logger, record, everyMs: config.auditHours * 3_600_000 };
    let auditing: ReturnType<typeof startAuditLoop> | undefined;
    return {
      endpoints: attestorEndpoints({ host, record: host.record, writer, reader }),
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
