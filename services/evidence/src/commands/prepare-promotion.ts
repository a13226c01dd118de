import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { PREDICATE_TYPES } from '@stella-ops/engine-envelope';
import { digestOf, sortedUnique } from '@stella-ops/engine-kernel';
import type { NewPacket } from '../domain/new-packet.ts';
import { type PromotionStep, promotionStatement, promotionTitle, subjectsOf } from '../domain/promotion-statement.ts';
import type { SealFor, Sealing } from '../sealing.ts';
import { attest } from './attest.ts';

/** Reads a promotion and its release, has the statement about its end signed, and stores the bundle. */
export async function preparePromotion(sealing: Sealing, to: SealFor, step: PromotionStep): Promise<NewPacket> {
  const { host } = sealing;
  const releases = host.client(RELEASES_ROUTES, {
    ...to,
    service: 'evidence',
    scopes: ['promotion.read', 'release.read'],
  });
  const { body: promotion } = await releases.getPromotion({ params: { promotionId: step.promotionId } });
  const { body: release } = await releases.getRelease({ params: { releaseId: promotion.releaseId } });

  const statement = promotionStatement(step, promotion, release);
  const seal = await attest(sealing, to, statement);
  const bundle = await host.objects.tenant(to.tenantId, 'evidence').put(seal.bundle);
  return {
    kind: 'promotion',
    subjectId: step.promotionId,
    state: step.to,
    imageDigests: sortedUnique(subjectsOf(release).map(({ digest }) => digest)),
    title: promotionTitle(step, promotion),
    predicateType: PREDICATE_TYPES.promotion,
    statementDigest: digestOf(statement),
    bundleDigest: bundle.digest,
    logIndex: seal.logIndex,
    capsuleDigest: null,
    capsuleSizeBytes: null,
  };
}
