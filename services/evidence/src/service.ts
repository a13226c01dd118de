import { fileURLToPath } from 'node:url';
import { EVIDENCE_EVENTS, EVIDENCE_ROUTES } from '@stella-ops/contracts/evidence';
import { createMetrics, defineService, type ServiceContext } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { EVIDENCE_CONFIG } from './config.ts';
import { sealingConsumers } from './consumers.ts';
import { catchUpJob } from './jobs/catch-up-job.ts';
import { sealDecisionJob } from './jobs/seal-decision-job.ts';
import { sealDeploymentJob } from './jobs/seal-deployment-job.ts';
import { sealPromotionJob } from './jobs/seal-promotion-job.ts';
import { sweepObjectsJob } from './jobs/sweep-objects-job.ts';
import { EVIDENCE_METRICS } from './metrics.ts';
import { evidenceEndpoints } from './routes.ts';
import type { Sealing } from './sealing.ts';
import { tenantsWithPackets } from './store/tenants.ts';

/** The evidence locker: packets and capsules, signed, logged and never changed. */
export const service = defineService({
  id: 'evidence',
  config: EVIDENCE_CONFIG,
  schema: { schema: 'evidence', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: EVIDENCE_ROUTES,
  jobs: [
    {
      name: 'evidence.seal-decision',
      summary: 'Makes a decision again, has it signed and logged, and stores the capsule.',
    },
    { name: 'evidence.seal-promotion', summary: 'Has the end of a promotion signed and logged.' },
    { name: 'evidence.seal-deployment', summary: 'Has the end of a deployment signed and logged.' },
    { name: 'evidence.catch-up', summary: 'Looks for what was not sealed, after events were lost.' },
    { name: 'evidence.sweep-objects', summary: 'Removes capsules older than a day that no packet names.' },
  ],
  events: Object.values(EVIDENCE_EVENTS),
  metrics: EVIDENCE_METRICS,
  start: async ({ config, host, logger, clock, ids }: ServiceContext<typeof EVIDENCE_CONFIG, ServiceHost>) => {
    const metrics = createMetrics(EVIDENCE_METRICS, { withProcessMetrics: false });
    // An alarm needs the number that it is compared with: a counter that nobody has counted does not exist.
    for (const code of ['SUBJECT_MISMATCH', 'DECISION_MISMATCH', 'AUDIT_BROKEN']) metrics.record.refused(0, { code });
    const sweep = sweepObjectsJob({ host, clock });
    const sealing: Sealing = { host, config, logger, clock, ids, sweep, record: metrics.record };
    const jobs = {
      decision: sealDecisionJob(sealing),
      promotion: sealPromotionJob(sealing),
      deployment: sealDeploymentJob(sealing),
    };
    const catchUp = catchUpJob(sealing, jobs);
    return {
      endpoints: evidenceEndpoints(sealing),
      jobs: [jobs.decision, jobs.promotion, jobs.deployment, catchUp, sweep],
      consumers: sealingConsumers(sealing, jobs, async () => {
        const at = clock.now();
        for (const tenantId of await host.database.withRelay(tenantsWithPackets)) {
          await host.database.withTenant(tenantId, (tx) => host.jobs.enqueue(tx, catchUp, tenantId, { at }));
        }
      }),
      metrics,
      stop: async () => undefined,
    };
  },
});
