import * as z from 'zod';
import { Digest } from '@stella-ops/contracts';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import { prepareDecision } from '../commands/prepare-decision.ts';
import { readDecision } from '../commands/read-decision.ts';
import { sealLater } from '../commands/seal-later.ts';
import type { Sealing } from '../sealing.ts';
import { SEAL_RETRIES } from './seal-retries.ts';

const schema = z.strictObject({ decisionId: Digest });
export type SealDecision = z.output<typeof schema>;

/**
 * Seals a decision that a promotion was judged by. One that cannot be sealed is not tried again: what is stored will not
 * get better by itself, and the promotion stays blocked until the image is judged again.
 */
export function sealDecisionJob(sealing: Sealing): Job<SealDecision> {
  return defineJob({
    name: 'evidence.seal-decision',
    schema,
    key: ({ decisionId }) => decisionId,
    ...SEAL_RETRIES,
    concurrency: sealing.config.concurrency,
    run: async ({ decisionId }, { tenantId }) => {
      const of = { kind: 'decision', subjectId: decisionId, state: '' } as const;
      await sealLater(sealing, 'evidence.seal-decision', tenantId, of, async () => {
        const to = { tenantId };
        const prepared = await prepareDecision(sealing, to, await readDecision(sealing, to, decisionId));
        return prepared.ok ? prepared.packet : undefined;
      });
    },
  });
}
