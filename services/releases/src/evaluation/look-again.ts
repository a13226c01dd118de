import type { Deps } from '../deps.ts';
import { wantEvaluation } from '../store/evaluations.ts';
import type { Tx } from '../store/tx.ts';

export interface Reason {
  /** Whether decisions of policy must be made anew. */
  readonly isStale: boolean;
  /** Enqueue even when one seems to wait: what has waited too long may have been given up. */
  readonly isForced?: boolean;
}

/** Has the gates of promotions looked at again, as far as these are under way. */
export async function lookAgain(
  deps: Pick<Deps, 'host' | 'jobs'>,
  tx: Tx,
  tenantId: string,
  promotionIds: readonly string[],
  { isStale, isForced = false }: Reason,
): Promise<void> {
  for (const { promotionId, wanted, isDue } of await wantEvaluation(tx, promotionIds, isStale)) {
    if (!isDue && !isForced) continue;
    await deps.host.jobs.enqueue(tx, deps.jobs.evaluateGates, tenantId, { promotionId, evaluation: wanted });
  }
}
