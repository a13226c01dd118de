import { POLICY_EVENTS, POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { createMetrics, defineService, type ServiceContext } from '@stella-ops/platform/runtime';
import type { ServiceHost } from '@stella-ops/platform/service';
import { expireOverdue } from './commands/expire-exception.ts';
import { POLICY_CONFIG } from './config.ts';
import { EXPIRE_EXCEPTION, expireExceptionJob } from './jobs/expire-exception.ts';
import { JUDGE_ALL, judgeAllJob } from './jobs/judge-all.ts';
import { JUDGE_IMAGE, judgeImageJob } from './jobs/judge-image.ts';
import { rejudgeConsumer } from './jobs/rejudge-consumer.ts';
import { every } from './jobs/every.ts';
import { startJudge } from './judge/judge.ts';
import { POLICY_METRICS } from './metrics.ts';
import { type PolicyParts, SERVICE } from './parts.ts';
import { policyEndpoints } from './routes.ts';
import { POLICY_SCHEMA } from './schema.ts';
import { countWaiting } from './store/images.ts';

export { exceptionDiagram } from './domain/exception-diagram.ts';
export { POLICY_FAULTS } from './errors.ts';

/** Packs and their versions, decisions, exceptions: judges images, and judges them again when the world changes. */
export const service = defineService({
  id: SERVICE,
  config: POLICY_CONFIG,
  schema: POLICY_SCHEMA,
  routes: POLICY_ROUTES,
  jobs: [JUDGE_IMAGE, JUDGE_ALL, EXPIRE_EXCEPTION],
  events: Object.values(POLICY_EVENTS),
  metrics: POLICY_METRICS,
  start: async ({ config, host, clock, ids, logger }: ServiceContext<typeof POLICY_CONFIG, ServiceHost>) => {
    const metrics = createMetrics(POLICY_METRICS, { withProcessMetrics: false });
    const { record } = metrics;
    const judge = startJudge({ timeoutMs: config.decisionTimeoutMs, openIndexes: config.openIndexes });
    const parts: PolicyParts = { host, clock, ids, judge, record };
    const judgeImage = judgeImageJob(parts);
    const judgeAll = judgeAllJob(parts, judgeImage);
    const expire = expireExceptionJob(parts);
    const sweep = every(
      config.expirySweepSeconds * 1000,
      () => expireOverdue(parts),
      (error) => logger.warn('Overdue exceptions could not be ended', { error }),
    );
    return {
      endpoints: policyEndpoints(parts, expire),
      jobs: [judgeImage, judgeAll, expire],
      consumers: [rejudgeConsumer(parts, judgeImage, judgeAll)],
      metrics: {
        render: async () => {
          record.waiting(await host.database.withRelay((tx) => countWaiting(tx), { isReadOnly: true }), {});
          return metrics.render();
        },
      },
      ready: () => sweep.start(),
      stop: async () => {
        await sweep.stop();
        await judge.close();
      },
    };
  },
});
