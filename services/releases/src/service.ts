import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_EVENTS, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { createMetrics, defineConfig, defineService } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { reEvaluate } from './consumers/re-evaluate.ts';
import type { Deps, ReleasesJobs } from './deps.ts';
import { evaluateGatesJob } from './jobs/evaluate-gates.ts';
import { scanImagesJob } from './jobs/scan-images.ts';
import { wakePromotionJob } from './jobs/wake-promotion.ts';
import { RELEASES_METRICS } from './metrics.ts';
import { releasesEndpoints } from './routes.ts';

/** Components, environments, releases and promotions. */
export const service = defineService({
  id: 'releases',
  config: defineConfig({
    summary: 'Components, environments, releases and promotions',
    schema: z.strictObject({
      promotionDays: z
        .int()
        .min(1)
        .max(365)
        .default(14)
        .describe('Days after which a promotion that was not approved ends by itself'),
    }),
  }),
  schema: { schema: 'releases', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: { ...RELEASES_ROUTES, getBoard: DEPLOYMENTS_ROUTES.getBoard, whereIs: DEPLOYMENTS_ROUTES.whereIs },
  jobs: [
    { name: 'releases.evaluate-gates', summary: 'Looks at the gates of a promotion, and moves it' },
    { name: 'releases.wake-promotion', summary: 'Has a promotion looked at when time alone changes it' },
    { name: 'releases.scan-images', summary: 'Submits the images of a new release that nobody has scanned' },
  ],
  events: Object.values(RELEASES_EVENTS),
  metrics: RELEASES_METRICS,
  async start({ config, host, clock, ids }: StartContext) {
    const metrics = createMetrics(RELEASES_METRICS, { withProcessMetrics: false });
    const deps: Deps = {
      host,
      clock,
      ids,
      config,
      record: metrics.record,
      get jobs() {
        return jobs;
      },
    };
    const jobs: ReleasesJobs = {
      evaluateGates: evaluateGatesJob(deps),
      wakePromotion: wakePromotionJob(deps),
      scanImages: scanImagesJob(deps),
    };
    return Promise.resolve({
      endpoints: releasesEndpoints(deps),
      jobs: Object.values(jobs),
      consumers: [reEvaluate(deps)],
      metrics,
      stop: () => Promise.resolve(),
    });
  },
});

type StartContext = Pick<Deps, 'host' | 'clock' | 'ids' | 'config'> & { readonly host: ServiceHost };
