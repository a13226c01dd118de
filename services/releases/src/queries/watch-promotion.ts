import type { Input } from '@stella-ops/contracts';
import type { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import type { RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { isSettled } from '../domain/promotion-states.ts';
import { followVersions } from './follow-versions.ts';
import { readPromotion } from './promotions.ts';

/** Follows a promotion: its whole state at each version that is seen, until nothing happens any more by itself. */
export async function watchPromotion(
  deps: Deps,
  { params }: Input<typeof RELEASES_ROUTES.watchPromotion>,
  { caller, lastEventId }: RequestContext,
) {
  const read = () => readPromotion(deps, caller.tenantId, params.promotionId);
  // What cannot be read is a 404, not a stream that breaks off.
  await read();
  return {
    status: 200 as const,
    body: (signal: AbortSignal) =>
      followVersions(deps.host, 'promotion', read, ({ state }) => isSettled(state), lastEventId, signal),
  };
}
