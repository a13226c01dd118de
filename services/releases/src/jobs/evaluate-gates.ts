import { defineJob } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import type { Deps, ReleasesJobs } from '../deps.ts';
import { evaluatePromotion } from '../evaluation/evaluate-promotion.ts';

/** Looks at the gates of a promotion, and moves it. */
export function evaluateGatesJob(deps: Deps): ReleasesJobs['evaluateGates'] {
  return defineJob({
    name: 'releases.evaluate-gates',
    schema: z.strictObject({ promotionId: z.string(), evaluation: z.int() }),
    key: ({ promotionId, evaluation }) => `${promotionId}/${evaluation}`,
    attempts: 20,
    backoff: { firstSeconds: 1, longestSeconds: 300 },
    timeoutMs: 120_000,
    concurrency: 4,
    run: ({ promotionId, evaluation }, { tenantId, signal }) =>
      evaluatePromotion(deps, tenantId, promotionId, evaluation, signal),
  });
}
