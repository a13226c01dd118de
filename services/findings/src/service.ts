import { fileURLToPath } from 'node:url';
import { FINDINGS_EVENTS, FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { createMetrics, defineService } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { FINDINGS_CONFIG } from './config.ts';
import { decisionConsumer, imageNameConsumer } from './consumers.ts';
import { catchUp } from './jobs/catch-up.ts';
import { projectDecision } from './jobs/project-decision.ts';
import { FINDINGS_METRICS } from './metrics.ts';
import type { Parts } from './parts.ts';
import { endpoints } from './routes.ts';

/** What is wrong with each image, and what became of it. */
export const service = defineService<typeof FINDINGS_CONFIG, ServiceHost>({
  id: 'findings',
  config: FINDINGS_CONFIG,
  schema: { schema: 'findings', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: FINDINGS_ROUTES,
  jobs: [
    { name: 'findings.project', summary: 'Takes up a decision into the findings and the ledger of its image' },
    { name: 'findings.catch-up', summary: 'After lost events: finds the last decision on each image of a tenant' },
  ],
  events: Object.values(FINDINGS_EVENTS),
  metrics: FINDINGS_METRICS,
  start(context) {
    const metrics = createMetrics(FINDINGS_METRICS, { withProcessMetrics: false });
    const parts: Parts = { ...context, metrics };
    const project = projectDecision(parts);
    const lost = catchUp(parts, project);
    return Promise.resolve({
      endpoints: endpoints(parts),
      jobs: [project, lost],
      consumers: [decisionConsumer(parts, project, lost), imageNameConsumer(parts, lost)],
      metrics,
      stop: () => Promise.resolve(),
    });
  },
});
