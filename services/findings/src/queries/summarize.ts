import type { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import type { Reply } from '@stella-ops/contracts';
import type { Database } from '@stella-ops/platform/database';
import { sumCounts } from '../store/images.ts';

/** Findings counted, for one image or all. Counts stand beside the image, so this does not grow with findings. */
export async function summarize(
  database: Database,
  tenantId: string,
  imageDigest: string | undefined,
): Promise<Reply<typeof FINDINGS_ROUTES.summarize>['body']> {
  const { open, notAffected, excepted, resolved, notEvaluated, images } = await database.withTenant(
    tenantId,
    (tx) => sumCounts(tx, imageDigest),
    { isReadOnly: true },
  );
  const { critical, high, medium, low, none, unknown } = open;
  return {
    open: { critical, high, medium, low, none, unknown },
    byStatus: {
      open: critical + high + medium + low + none + unknown,
      not_affected: notAffected,
      excepted,
      resolved,
      not_evaluated: notEvaluated,
    },
    images,
  };
}
