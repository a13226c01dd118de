import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { PREDICATE_TYPES } from '@stella-ops/engine-envelope';
import type { NewPacket } from '../domain/new-packet.ts';
import { imagesOf, type PromotionStep, promotionStatement, promotionTitle } from '../domain/promotion-statement.ts';
import type { SealFor, Sealing } from '../sealing.ts';
import { prepareStatement } from './prepare-statement.ts';

/** Reads a promotion and its release, and has the statement about its end sealed. */
export async function preparePromotion(sealing: Sealing, to: SealFor, step: PromotionStep): Promise<NewPacket> {
  const releases = sealing.host.client(RELEASES_ROUTES, {
    ...to,
    service: 'evidence',
    scopes: ['promotion.read', 'release.read'],
  });
  const { body: promotion } = await releases.getPromotion({ params: { promotionId: step.promotionId } });
  const { body: release } = await releases.getRelease({ params: { releaseId: promotion.releaseId } });
  const about = {
    kind: 'promotion',
    subjectId: step.promotionId,
    state: step.to,
    endedAt: step.occurredAt,
    imageDigests: imagesOf(release),
    title: promotionTitle(step, promotion),
    predicateType: PREDICATE_TYPES.promotion,
  } as const;
  return prepareStatement(sealing, to, about, promotionStatement(step, promotion, release));
}
