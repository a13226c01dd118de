import { AGENT_ROUTES, DEPLOYMENTS_EVENTS, DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_EVENTS, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { createMetrics, defineService } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { fileURLToPath } from 'node:url';
import { AgentAuthority } from './agents/agent-authority.ts';
import { agentVerifier } from './agents/agent-verifier.ts';
import { type Sweep, startSweep } from './agents/sweep.ts';
import { TaskBell } from './agents/task-bell.ts';
import { masterKeyFileOf, RELEASES_CONFIG } from './config.ts';
import { deployApproved } from './consumers/deploy-approved.ts';
import { noteDeploymentPackets } from './consumers/note-deployment-packets.ts';
import { reEvaluate } from './consumers/re-evaluate.ts';
import { PlanCache } from './deployment/plan-cache.ts';
import type { Deps, ReleasesJobs } from './deps.ts';
import { deployPromotionJob } from './jobs/deploy-promotion.ts';
import { evaluateGatesJob } from './jobs/evaluate-gates.ts';
import { scanImagesJob } from './jobs/scan-images.ts';
import { sweepObjectsJob } from './jobs/sweep-objects.ts';
import { wakePromotionJob } from './jobs/wake-promotion.ts';
import { countFromZero, RELEASES_METRICS } from './metrics.ts';
import { releasesEndpoints } from './routes.ts';
import { countSilentTargets, leastCertificateLeft } from './store/agent-gauges.ts';

/** Components, environments, releases and promotions; deployments, targets and agents. */
export const service = defineService<typeof RELEASES_CONFIG, ServiceHost>({
  id: 'releases',
  config: RELEASES_CONFIG,
  schema: { schema: 'releases', folder: fileURLToPath(new URL('../migrations', import.meta.url)) },
  routes: { ...RELEASES_ROUTES, ...DEPLOYMENTS_ROUTES, ...AGENT_ROUTES },
  jobs: [
    { name: 'releases.evaluate-gates', summary: 'Looks at the gates of a promotion, and moves it' },
    { name: 'releases.wake-promotion', summary: 'Has a promotion looked at when time alone changes it' },
    { name: 'releases.scan-images', summary: 'Submits the images of a new release that nobody has scanned' },
    { name: 'releases.deploy-promotion', summary: 'Deploys an approved promotion to the targets of its environment' },
    { name: 'releases.sweep-objects', summary: 'Removes templates and plans older than a day that no row names' },
  ],
  events: [...Object.values(RELEASES_EVENTS), ...Object.values(DEPLOYMENTS_EVENTS)],
  metrics: RELEASES_METRICS,
  start({ config, host, clock, ids, randomness, logger }) {
    const { database } = host;
    const metrics = createMetrics(RELEASES_METRICS, { withProcessMetrics: false });
    countFromZero(metrics.record);
    const authority = new AgentAuthority({ database, masterKeyFile: masterKeyFileOf(config), randomness, clock });
    const bell = new TaskBell(host, (error) => logger.warn('Waiting agents could not be looked up', { error }));
    const parts = { host, clock, ids, config, randomness, authority, bell, plans: new PlanCache(host) };
    const jobs = {} as { -readonly [K in keyof ReleasesJobs]: ReleasesJobs[K] };
    const deps: Deps = { ...parts, record: metrics.record, jobs };
    jobs.evaluateGates = evaluateGatesJob(deps);
    jobs.wakePromotion = wakePromotionJob(deps);
    jobs.scanImages = scanImagesJob(deps);
    jobs.deployPromotion = deployPromotionJob(deps);
    jobs.sweepObjects = sweepObjectsJob(deps);
    let sweep: Sweep | undefined;
    return Promise.resolve({
      endpoints: releasesEndpoints(deps),
      jobs: Object.values(jobs),
      consumers: [reEvaluate(deps), deployApproved(deps), noteDeploymentPackets(deps)],
      metrics: {
        render: async () => {
          const { silent, left } = await database.withRelay(
            async (tx) => ({ silent: await countSilentTargets(tx), left: await leastCertificateLeft(tx, clock.now()) }),
            { isReadOnly: true },
          );
          metrics.record.silent(silent, {});
          metrics.record.certificateLeft(left, {});
          return metrics.render();
        },
      },
      agentPort: { verifier: agentVerifier(deps), identity: (names) => authority.serverIdentity(names) },
      ready: async () => {
        await bell.open();
        sweep = startSweep(deps, (error) => logger.warn('Silent agents could not be swept', { error }));
      },
      quiesce: () => bell.release(),
      stop: async () => {
        await sweep?.stop();
        await bell.close();
      },
    });
  },
});
