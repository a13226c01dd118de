import { actorOf, Id, type Input } from '@stella-ops/contracts';
import type { Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, openPage, type RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { fail } from '../errors.ts';
import { isPerson } from '../person.ts';
import { promotionViews } from '../promotion-view.ts';
import { findPromotion, listPromotions as list } from '../store/promotions.ts';

export async function listPromotions(
  { host }: Deps,
  { query }: Input<typeof RELEASES_ROUTES.listPromotions>,
  { caller }: RequestContext,
) {
  const page = openPage(query, Id);
  const { state, releaseId, environment, isWaitingForMe = false } = query;
  // Nothing waits for somebody who could not approve it.
  if (isWaitingForMe && !(isPerson(caller) && caller.scopes.has('promotion.approve'))) {
    return { status: 200 as const, body: { items: [], next: null } };
  }
  const approver = isWaitingForMe ? actorOf(caller) : undefined;
  const filter = { state, releaseId, environment, approver, after: page.after, limit: page.take };
  const views = await host.database.withTenant(
    caller.tenantId,
    async (tx) => promotionViews(tx, await list(tx, filter)),
    { isReadOnly: true },
  );
  return { status: 200 as const, body: page.close(views, ({ id }) => id) };
}

export async function getPromotion(
  deps: Deps,
  { params }: Input<typeof RELEASES_ROUTES.getPromotion>,
  { caller }: RequestContext,
) {
  const body = await readPromotion(deps, caller.tenantId, params.promotionId);
  return { status: 200 as const, body, headers: { etag: etagOfVersion(body.version) } };
}

/** @throws AppError `NOT_FOUND` */
export async function readPromotion({ host }: Deps, tenantId: string, promotionId: string): Promise<Promotion> {
  const [view] = await host.database.withTenant(
    tenantId,
    async (tx) => {
      const row = await findPromotion(tx, promotionId);
      return promotionViews(tx, row === undefined ? [] : [row]);
    },
    { isReadOnly: true },
  );
  if (view === undefined) throw fail('NOT_FOUND', 'there is no such promotion');
  return view;
}
