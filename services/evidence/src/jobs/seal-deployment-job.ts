import * as z from 'zod';
import { Id, Timestamp } from '@stella-ops/contracts';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import { prepareDeployment } from '../commands/prepare-deployment.ts';
import { sealLater } from '../commands/seal-later.ts';
import { DEPLOYMENT_ENDS, stateOfEnd } from '../domain/deployment-statement.ts';
import type { Sealing } from '../sealing.ts';
import { SEAL_RETRIES } from './seal-retries.ts';

const schema = z.strictObject({ deploymentId: Id, to: z.enum(DEPLOYMENT_ENDS), occurredAt: Timestamp });
export type SealDeployment = z.output<typeof schema>;

/** Seals an end of a deployment; one that failed and was resumed has one for each end. */
export function sealDeploymentJob(sealing: Sealing): Job<SealDeployment> {
  return defineJob({
    name: 'evidence.seal-deployment',
    schema,
    key: (end) => `${end.deploymentId} ${stateOfEnd(end)}`,
    ...SEAL_RETRIES,
    concurrency: sealing.config.concurrency,
    run: async (end, { tenantId }) => {
      const of = { kind: 'deployment', subjectId: end.deploymentId, state: stateOfEnd(end) } as const;
      await sealLater(sealing, 'evidence.seal-deployment', tenantId, of, () =>
        prepareDeployment(sealing, { tenantId }, end),
      );
    },
  });
}
