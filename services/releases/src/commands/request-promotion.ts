import type { Input } from '@stella-ops/contracts';
import { RELEASES_EVENTS, type RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { etagOfVersion, type RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { later } from '../domain/next-look.ts';
import { REQUESTED_SENTENCE } from '../domain/sentences.ts';
import { fail } from '../errors.ts';
import { personOf } from '../person.ts';
import { promotionFact, promotionView } from '../promotion-view.ts';
import { findEnvironmentByName } from '../store/environments.ts';
import { findPromotion, insertPromotion } from '../store/promotions.ts';
import { findRelease } from '../store/releases.ts';
import type { Tx } from '../store/tx.ts';

const DAY_MS = 86_400_000;

/** Asks to bring a release into an environment; its gates are looked at right after. */
export async function requestPromotion(
  { host, ids, jobs, config, record }: Deps,
  { body }: Input<typeof RELEASES_ROUTES.requestPromotion>,
  context: RequestContext,
) {
  const reply = await host.change(context, async (tx: Tx, change) => {
    const release = await findRelease(tx, body.releaseId);
    if (release === undefined) throw fail('RELEASE_UNKNOWN', 'there is no such release');
    const environment = await findEnvironmentByName(tx, body.environment);
    if (environment === undefined) throw fail('ENVIRONMENT_UNKNOWN', `there is no environment "${body.environment}"`);
    const id = ids.uuid();
    const isNew = await insertPromotion(tx, change.tenantId, {
      id,
      releaseId: release.id,
      environmentId: environment.id,
      sentence: REQUESTED_SENTENCE,
      reason: body.reason,
      requestedBy: personOf(context.caller),
      requiredApprovals: environment.requiredApprovals,
      at: change.at,
      expiresAt: later(change.at, config.promotionDays * DAY_MS),
    });
    if (!isNew) {
      throw fail('PROMOTION_EXISTS', `${release.name} ${release.version} is on its way to ${environment.name} already`);
    }
    const row = await findPromotion(tx, id);
    if (row === undefined) throw new Error('a promotion that was just written is there');
    await host.jobs.enqueue(tx, jobs.evaluateGates, change.tenantId, { promotionId: id, evaluation: row.wanted });
    const step = { from: null, to: row.state, version: row.version };
    await change.publish(RELEASES_EVENTS.promotionChanged, promotionFact(row, release, step));
    change.audit({ type: 'promotion', id }, { releaseId: release.id, environment: environment.name });
    return { status: 201 as const, body: promotionView(row, []), headers: { etag: etagOfVersion(row.version) } };
  });
  record.promotions(1, { state: reply.body.state });
  return reply;
}
