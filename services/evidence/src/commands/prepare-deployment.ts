import { DEPLOYMENTS_ROUTES, type Deployment } from '@stella-ops/contracts/deployments';
import type { Client } from '@stella-ops/contracts';
import { type Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { PREDICATE_TYPES } from '@stella-ops/engine-envelope';
import type { Digest } from '@stella-ops/engine-kernel';
import {
  type DeploymentEnd,
  deploymentStatement,
  deploymentTitle,
  isAtEnd,
  stateOfEnd,
} from '../domain/deployment-statement.ts';
import type { NewPacket } from '../domain/new-packet.ts';
import { grouped, type ObservedOn, readReceipt } from '../domain/observed.ts';
import { imagesOf } from '../domain/promotion-statement.ts';
import { fail } from '../errors.ts';
import type { SealFor, Sealing } from '../sealing.ts';
import { prepareStatement } from './prepare-statement.ts';

/**
 * Reads a deployment with everything that binds it, and has the statement about its end sealed.
 *
 * @returns undefined when it was resumed since: what its targets reported of that end is gone, and the next end has evidence
 *   of its own
 * @throws AppError `EVIDENCE_LOST` when the store lacks a receipt
 */
export async function prepareDeployment(
  sealing: Sealing,
  to: SealFor,
  end: DeploymentEnd,
): Promise<NewPacket | undefined> {
  const acting = { ...to, service: 'evidence' };
  const deployments = sealing.host.client(DEPLOYMENTS_ROUTES, { ...acting, scopes: ['promotion.read'] });
  const releases = sealing.host.client(RELEASES_ROUTES, { ...acting, scopes: ['promotion.read', 'release.read'] });
  const { body: deployment } = await deployments.getDeployment({ params: { deploymentId: end.deploymentId } });
  if (!isAtEnd(deployment, end)) return undefined;
  const { body: release } = await releases.getRelease({ params: { releaseId: deployment.releaseId } });
  const promotion = await promotionOf(releases, deployment);
  const observed = await observedBy(sealing, to.tenantId, deployment);
  const about = {
    kind: 'deployment',
    subjectId: end.deploymentId,
    state: stateOfEnd(end),
    endedAt: end.occurredAt,
    imageDigests: imagesOf(release),
    title: deploymentTitle(end, deployment),
    predicateType: PREDICATE_TYPES.deployment,
  } as const;
  return prepareStatement(sealing, to, about, deploymentStatement(deployment, release, promotion, observed));
}

const LET_IN: ReadonlySet<Promotion['state']> = new Set(['approved', 'deployed', 'failed', 'rolled_back']);
/** Of one release to one environment: there are as many as there were tries. */
const TRIES = 200;

/** The promotion that let the release into the environment; a rollback names the one that it undoes instead. */
async function promotionOf(
  releases: Client<typeof RELEASES_ROUTES>,
  { kind, promotionId, releaseId, environment }: Deployment,
): Promise<Promotion | undefined> {
  if (kind === 'deploy') {
    return promotionId === null ? undefined : (await releases.getPromotion({ params: { promotionId } })).body;
  }
  const { body } = await releases.listPromotions({ query: { releaseId, environment, limit: TRIES } });
  // What runs there came by the one that is deployed; a newer one may be approved and wait.
  return body.items.find(({ state }) => state === 'deployed') ?? body.items.find(({ state }) => LET_IN.has(state));
}

/** What ran on the targets by their receipts; targets without a readable one are left out. */
async function observedBy(
  { host, config }: Sealing,
  tenantId: string,
  { tasks }: Deployment,
): Promise<readonly ObservedOn[]> {
  const objects = host.objects.tenant(tenantId, 'evidence');
  const seen = [];
  for (const { target, receiptDigest } of tasks) {
    if (receiptDigest === null) continue;
    const bytes = await objects.get(receiptDigest as Digest, { maxBytes: config.maxDocumentBytes });
    if (bytes === undefined) throw fail('EVIDENCE_LOST', `the receipt ${receiptDigest} of ${target} is not stored`);
    const services = readReceipt(bytes);
    if (services !== undefined) seen.push({ target, services });
  }
  return grouped(seen);
}
