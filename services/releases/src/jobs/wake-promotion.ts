import { defineJob } from '@stella-ops/platform/jobs';
import * as z from 'zod';
import type { Deps, ReleasesJobs } from '../deps.ts';
import { lookAgain } from '../evaluation/look-again.ts';

/** Has a promotion looked at when time alone changes it: a freeze ends, a service is asked again, it expires. */
export function wakePromotionJob(deps: Deps): ReleasesJobs['wakePromotion'] {
  return defineJob({
    name: 'releases.wake-promotion',
    schema: z.strictObject({ promotionId: z.string(), evaluation: z.int(), at: z.string() }),
    key: ({ promotionId, evaluation, at }) => `${promotionId}/${evaluation}/${at}`,
    attempts: 20,
    backoff: { firstSeconds: 1, longestSeconds: 300 },
    timeoutMs: 30_000,
    run: ({ promotionId }, { tenantId }) =>
      deps.host.database.withTenant(tenantId, (tx) =>
        lookAgain(deps, tx, tenantId, [promotionId], { isStale: false, isForced: true }),
      ),
  });
}
