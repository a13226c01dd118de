import type { Release } from '@stella-ops/contracts/releases';
import type { Deps } from '../deps.ts';
import type { ApproversFact, EvidenceFact, PolicyFact, ScanFact } from '../domain/facts.ts';
import { isOpen } from '../domain/promotion-states.ts';
import { decisionsOf, type PromotionDecision } from '../store/decisions.ts';
import { findEnvironment } from '../store/environments.ts';
import { lockPromotion, type PromotionRow } from '../store/promotions.ts';
import { findRelease } from '../store/releases.ts';
import { applyEvaluation } from './apply-evaluation.ts';
import { askApprovers } from './ask-approvers.ts';
import { mapLimited } from './ask.ts';
import { askEvidence } from './ask-evidence.ts';
import { askPolicy } from './ask-policy.ts';
import { askScanner } from './ask-scanner.ts';

/** How many questions one evaluation asks at once. */
const AT_ONCE = 4;

/** An evaluation that has begun: what it is about, and the number of the last reason that it covers. */
export interface Evaluation {
  readonly tenantId: string;
  readonly number: number;
  readonly promotion: PromotionRow;
  readonly release: Release;
  /** Name of the pack that judges in the environment, as it was when this began. */
  readonly policy: string | null;
}

/** What scanner, policy and evidence said of the images of a release. */
export interface ImageAnswers {
  readonly scans: readonly ScanFact[];
  readonly policies: readonly PolicyFact[];
  readonly evidence: readonly EvidenceFact[];
}

/** What other services said. */
export interface Answers extends ImageAnswers {
  readonly approvers: ApproversFact;
}

/**
 * Looks at all gates of a promotion: reads, asks other services, then writes in one transaction that looks again at
 * everything that lies here. Safe to run twice and at the same time: an older evaluation never overwrites a newer one.
 *
 * @param evaluation number of the reason for it; done already when a later one has ended
 */
export async function evaluatePromotion(
  deps: Deps,
  tenantId: string,
  promotionId: string,
  evaluation: number,
  signal: AbortSignal,
): Promise<void> {
  const startedMs = deps.clock.monotonicMs();
  const begun = await begin(deps, tenantId, promotionId, evaluation);
  if (begun === undefined) return;
  const isOver = deps.clock.now() >= begun.promotion.expiresAt;
  await applyEvaluation(deps, begun, isOver ? NO_ANSWERS : await askAll(deps, begun, signal));
  deps.record.evaluation((deps.clock.monotonicMs() - startedMs) / 1000, {});
}

const NO_IMAGES: ImageAnswers = { scans: [], policies: [], evidence: [] };
const NO_ANSWERS: Answers = { ...NO_IMAGES, approvers: { kind: 'known', mayApprove: new Map() } };

async function begin(
  deps: Deps,
  tenantId: string,
  promotionId: string,
  evaluation: number,
): Promise<Evaluation | undefined> {
  return deps.host.database.withTenant(tenantId, async (tx) => {
    const promotion = await lockPromotion(tx, promotionId);
    if (promotion === undefined || !isOpen(promotion.state) || promotion.evaluated >= evaluation) return undefined;
    const release = await findRelease(tx, promotion.releaseId);
    const environment = await findEnvironment(tx, promotion.environmentId);
    if (release === undefined || environment === undefined) return undefined;
    return { tenantId, number: promotion.wanted, promotion, release, policy: environment.policy };
  });
}

async function askAll(deps: Deps, evaluation: Evaluation, signal: AbortSignal): Promise<Answers> {
  const images = await askAboutImages(deps, evaluation, signal);
  return { ...images, approvers: await askApprovers(deps, evaluation.tenantId, evaluation.promotion.id, signal) };
}

/** Asks scanner, policy and evidence about every image of a release, unless it is unverified. */
export async function askAboutImages(deps: Deps, evaluation: Evaluation, signal: AbortSignal): Promise<ImageAnswers> {
  const { tenantId, number, promotion, release, policy } = evaluation;
  if (release.mode === 'unverified') return NO_IMAGES;
  const scans = await mapLimited(release.components, AT_ONCE, (part) => askScanner(deps, tenantId, part, signal));

  const known = await decisions(deps, evaluation);
  const images = scans.flatMap(({ component, scanned }) => scanned.map((image) => ({ component, image })));
  const policies = await mapLimited(images, AT_ONCE, ({ component, image }) =>
    askPolicy(
      deps,
      {
        tenantId,
        promotionId: promotion.id,
        evaluation: number,
        staleAt: promotion.staleAt,
        environment: promotion.environment,
        policy,
        component,
        image: { digest: image.digest, platform: image.platform },
        known: known.get(image.digest),
      },
      signal,
    ),
  );

  // Read only now: of a decision that is kept, either the packet is heard of, or the locker has it, or an event will come.
  const kept = await decisions(deps, evaluation);
  const allowed = policies.flatMap(({ component, image, answer }) =>
    answer.kind === 'decided' && answer.outcome === 'allow'
      ? [{ component, image, decisionId: answer.decisionId }]
      : [],
  );
  const evidence = await mapLimited(allowed, AT_ONCE, async (one): Promise<EvidenceFact> => {
    const decision = kept.get(one.image.digest);
    const packetId = decision?.fact.decisionId === one.decisionId ? decision.packetId : null;
    if (packetId !== null) return { ...one, packet: { kind: 'sealed', packetId } };
    return { ...one, packet: await askEvidence(deps, tenantId, one.decisionId, signal) };
  });
  return { scans, policies, evidence };
}

async function decisions(deps: Deps, { tenantId, promotion }: Evaluation): Promise<Map<string, PromotionDecision>> {
  const rows = await deps.host.database.withTenant(tenantId, (tx) => decisionsOf(tx, promotion.id), {
    isReadOnly: true,
  });
  return new Map(rows.map((row) => [row.imageDigest, row]));
}
