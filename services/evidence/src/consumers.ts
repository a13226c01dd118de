import * as z from 'zod';
import type { EventType } from '@stella-ops/contracts';
import { DEPLOYMENTS_EVENTS } from '@stella-ops/contracts/deployments';
import { POLICY_EVENTS } from '@stella-ops/contracts/policy';
import { RELEASES_EVENTS } from '@stella-ops/contracts/releases';
import type { Consumer, StoredEvent } from '@stella-ops/platform/events';
import type { Job } from '@stella-ops/platform/jobs';
import { isDeploymentEnd } from './domain/deployment-statement.ts';
import { isSealedState } from './domain/promotion-statement.ts';
import type { SealDecision } from './jobs/seal-decision-job.ts';
import type { SealDeployment } from './jobs/seal-deployment-job.ts';
import type { SealPromotion } from './jobs/seal-promotion-job.ts';
import type { Sealing } from './sealing.ts';

export interface SealJobs {
  readonly decision: Job<SealDecision>;
  readonly promotion: Job<SealPromotion>;
  readonly deployment: Job<SealDeployment>;
}

/**
 * What is sealed without being asked for: decisions that promotions were judged by, and the ends of promotions and
 * deployments.
 *
 * @param catchUp called when events were lost: looks at the whole state
 */
export function sealingConsumers(sealing: Sealing, jobs: SealJobs, catchUp: () => Promise<void>): readonly Consumer[] {
  const { enqueue } = sealing.host.jobs;
  return [
    {
      name: 'evidence.seal-decisions',
      types: [POLICY_EVENTS.decisionRecorded.type],
      handle: async (tx, event) => {
        const { purpose, decisionId } = dataOf(POLICY_EVENTS.decisionRecorded, event);
        if (purpose === 'promotion') await enqueue(tx, jobs.decision, event.tenantId, { decisionId });
      },
      reset: catchUp,
    },
    {
      name: 'evidence.seal-promotions',
      types: [RELEASES_EVENTS.promotionChanged.type],
      handle: async (tx, event) => {
        const { promotionId, from, to } = dataOf(RELEASES_EVENTS.promotionChanged, event);
        // An event without a new state tells that gates were looked at again.
        if (from === to || !isSealedState(to)) return;
        await enqueue(tx, jobs.promotion, event.tenantId, { promotionId, from, to, occurredAt: event.occurredAt });
      },
      reset: catchUp,
    },
    {
      name: 'evidence.seal-deployments',
      types: [DEPLOYMENTS_EVENTS.deploymentChanged.type],
      handle: async (tx, event) => {
        const { deploymentId, from, to } = dataOf(DEPLOYMENTS_EVENTS.deploymentChanged, event);
        if (from === to || !isDeploymentEnd(to)) return;
        await enqueue(tx, jobs.deployment, event.tenantId, { deploymentId, to, occurredAt: event.occurredAt });
      },
      reset: catchUp,
    },
  ];
}

function dataOf<E extends EventType>(type: E, event: StoredEvent): E['data']['_zod']['output'] {
  return z.parse(type.data, event.data);
}
