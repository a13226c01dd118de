import type { Input } from '@stella-ops/contracts';
import type { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { lookAgain } from '../evaluation/look-again.ts';
import { promotionViews } from '../promotion-view.ts';
import { lockPromotion } from '../store/promotions.ts';
import { forgetFailedScans } from '../store/scan-requests.ts';
import type { Tx } from '../store/tx.ts';
import { requireOpen } from './change-open.ts';

/** Has the gates looked at now, with new decisions and a new try at scans that failed. */
export async function requestEvaluation(
  deps: Deps,
  { params }: Input<typeof RELEASES_ROUTES.evaluatePromotion>,
  context: RequestContext,
) {
  return deps.host.change(context, async (tx: Tx, change) => {
    const promotion = await lockPromotion(tx, params.promotionId);
    if (promotion === undefined) throw fail('NOT_FOUND', 'there is no such promotion');
    requireOpen(promotion);
    await forgetFailedScans(tx, promotion.releaseId);
    await lookAgain(deps, tx, change.tenantId, [promotion.id], { isStale: true, isForced: true });
    change.audit({ type: 'promotion', id: promotion.id });
    const [body] = await promotionViews(tx, [promotion]);
    if (body === undefined) throw new Error('one row has one view');
    return { status: 202 as const, body, headers: { etag: etagOfVersion(body.version) } };
  });
}
