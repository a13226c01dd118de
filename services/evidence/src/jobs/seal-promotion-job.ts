import * as z from 'zod';
import { Id, Timestamp } from '@stella-ops/contracts';
import { PromotionState } from '@stella-ops/contracts/releases';
import { defineJob, type Job } from '@stella-ops/platform/jobs';
import { preparePromotion } from '../commands/prepare-promotion.ts';
import { sealLater } from '../commands/seal-later.ts';
import { SEALED_STATES } from '../domain/promotion-statement.ts';
import type { Sealing } from '../sealing.ts';
import { SEAL_RETRIES } from './seal-retries.ts';

const schema = z.strictObject({
  promotionId: Id,
  from: PromotionState.nullable(),
  to: z.enum(SEALED_STATES),
  occurredAt: Timestamp,
});
export type SealPromotion = z.output<typeof schema>;

/** Seals an end of a promotion; one that is deployed and later rolled back has two. */
export function sealPromotionJob(sealing: Sealing): Job<SealPromotion> {
  return defineJob({
    name: 'evidence.seal-promotion',
    schema,
    key: ({ promotionId, to }) => `${promotionId} ${to}`,
    ...SEAL_RETRIES,
    concurrency: sealing.config.concurrency,
    run: async (step, { tenantId }) => {
      const of = { kind: 'promotion', subjectId: step.promotionId, state: step.to } as const;
      await sealLater(sealing, 'evidence.seal-promotion', tenantId, of, () =>
        preparePromotion(sealing, { tenantId }, step),
      );
    },
  });
}
