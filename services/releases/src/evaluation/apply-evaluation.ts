import { RELEASES_EVENTS } from '@stella-ops/contracts/releases';
import { publishEvent } from '@stella-ops/platform/events';
import type { Deps } from '../deps.ts';
import { decideState } from '../domain/decide-state.ts';
import { nextLook } from '../domain/next-look.ts';
import { isOpen, type PromotionState, transitionOf } from '../domain/promotion-states.ts';
import { approvedSentence, expiredSentence, openSentence } from '../domain/sentences.ts';
import { promotionFact } from '../promotion-view.ts';
import { codesOf, type VoidedApproval, voidApprovals } from '../store/approvals.ts';
import { type EnvironmentRow, findEnvironment, lockEnvironment, setCurrentRelease } from '../store/environments.ts';
import { finishEvaluation } from '../store/evaluations.ts';
import { changePromotion, lockPromotion, type PromotionChange, type PromotionRow } from '../store/promotions.ts';
import type { Tx } from '../store/tx.ts';
import type { Answers, Evaluation } from './evaluate-promotion.ts';
import { isSameGates, newlyBlocked } from './gates-of.ts';
import { look } from './look.ts';
import { lookAgain } from './look-again.ts';

/** What a transaction did that is counted once it is committed. */
interface Outcome {
  readonly entered: PromotionState | undefined;
  readonly blocked: readonly string[];
  readonly voided: readonly VoidedApproval[];
}

const NOTHING: Outcome = { entered: undefined, blocked: [], voided: [] };

/**
 * Writes what an evaluation found. What lies here (order, freezes, approvals, settings) is read again under lock, since
 * it may have changed while others were asked; an evaluation that was overtaken writes nothing.
 */
export async function applyEvaluation(deps: Deps, evaluation: Evaluation, answers: Answers): Promise<void> {
  const { tenantId } = evaluation;
  const { entered, blocked, voided } = await deps.host.database.withTenant(tenantId, (tx) =>
    apply(deps, tx, evaluation, answers),
  );
  if (entered !== undefined) deps.record.promotions(1, { state: entered });
  for (const gate of blocked) deps.record.blocked(1, { gate });
  for (const { code } of voided) deps.record.voided(1, { code });
}

async function apply(deps: Deps, tx: Tx, evaluation: Evaluation, answers: Answers): Promise<Outcome> {
  const { tenantId, number } = evaluation;
  await lockEnvironment(tx, evaluation.promotion.environmentId);
  const promotion = await lockPromotion(tx, evaluation.promotion.id);
  if (promotion === undefined || !isOpen(promotion.state) || promotion.evaluated >= number) return NOTHING;
  const at = deps.clock.now();
  if (at >= promotion.expiresAt) return expire(deps, tx, evaluation, promotion, at);
  const environment = await findEnvironment(tx, promotion.environmentId);
  if (environment === undefined) return NOTHING;
  if (environment.policy !== evaluation.policy) {
    await lookAgain(deps, tx, tenantId, [promotion.id], { isStale: true, isForced: true });
    return NOTHING;
  }
  return write(deps, tx, { evaluation, answers, promotion, environment, at });
}

interface Writing {
  readonly evaluation: Evaluation;
  readonly answers: Answers;
  readonly promotion: PromotionRow;
  readonly environment: EnvironmentRow;
  readonly at: string;
}

async function write(deps: Deps, tx: Tx, writing: Writing): Promise<Outcome> {
  const { evaluation, answers, promotion, environment, at } = writing;
  const { gates, freezes, policyDigest, voided, isUnasked } = await look(
    tx,
    at,
    evaluation.release.mode,
    answers,
    promotion,
    environment,
  );
  if (isUnasked) {
    await lookAgain(deps, tx, evaluation.tenantId, [promotion.id], { isStale: false, isForced: true });
    return NOTHING;
  }
  await voidApprovals(tx, voided, at);

  const transition = decideState(promotion.state, gates, promotion.staleAt <= evaluation.number);
  const state = transition?.to ?? promotion.state;
  const isDecided = transition?.effects.includes('decide') === true;
  const change: PromotionChange = {
    id: promotion.id,
    state,
    sentence: state === 'approved' ? approvedSentence(environment.name, gates) : openSentence(state, gates),
    gates,
    requiredApprovals: environment.requiredApprovals,
    policyDigest: policyDigest === undefined ? promotion.policyDigest : policyDigest,
    at,
    decidedAt: isDecided ? at : null,
  };
  await planNext(deps, tx, writing, freezes, isOpen(state));
  if (isUnchanged(promotion, change) && voided.length === 0) return NOTHING;
  await publish(deps, tx, evaluation, promotion, change);
  if (transition?.effects.includes('take-environment') === true) {
    const { releaseId, id } = promotion;
    await setCurrentRelease(tx, environment.id, { releaseId, promotionId: id, since: at }, at);
  }
  if (state !== promotion.state || voided.length > 0) {
    await audit(deps, tx, evaluation.tenantId, promotion, state, voided);
  }
  return {
    entered: state === promotion.state ? undefined : state,
    blocked: newlyBlocked(gates, promotion.gates),
    voided,
  };
}

async function expire(
  deps: Deps,
  tx: Tx,
  evaluation: Evaluation,
  promotion: PromotionRow,
  at: string,
): Promise<Outcome> {
  const transition = transitionOf(promotion.state, 'expired');
  if (transition === undefined) return NOTHING;
  const { id, gates, requiredApprovals, policyDigest, failures, expiresAt } = promotion;
  const state = transition.to;
  const sentence = expiredSentence(expiresAt);
  await finishEvaluation(tx, id, { evaluation: evaluation.number, failures, wakeAt: null });
  const change = { id, state, sentence, gates, requiredApprovals, policyDigest, at, decidedAt: at };
  await publish(deps, tx, evaluation, promotion, change);
  await audit(deps, tx, evaluation.tenantId, promotion, state, []);
  return { entered: state, blocked: [], voided: [] };
}

/** Ends this evaluation and sees to the next one: soon when a service did not answer, else when time changes something. */
async function planNext(
  deps: Deps,
  tx: Tx,
  { evaluation, answers, promotion, at }: Writing,
  freezes: readonly {
    readonly startsAt: string;
    readonly endsAt: string;
    readonly reason: string;
    readonly createdBy: string;
  }[],
  isStillOpen: boolean,
): Promise<void> {
  const { tenantId, number } = evaluation;
  const failures = isUnavailable(answers) ? promotion.failures + 1 : 0;
  let wakeAt = promotion.wakeAt;
  if (isStillOpen) {
    const isWaiting =
      answers.scans.some(({ missing }) => missing?.kind === 'scanning') ||
      answers.evidence.some(({ packet }) => packet.kind === 'missing');
    const next = nextLook({ at, expiresAt: promotion.expiresAt, freezes, failures, isWaiting });
    if (wakeAt === null || wakeAt <= at || wakeAt > next) {
      wakeAt = next;
      const data = { promotionId: promotion.id, evaluation: number, at: next };
      await deps.host.jobs.enqueue(tx, deps.jobs.wakePromotion, tenantId, data, { startAfter: next });
    }
  }
  await finishEvaluation(tx, promotion.id, { evaluation: number, failures, wakeAt });
  // Reasons that came meanwhile waited for this one to end.
  if (isStillOpen && promotion.wanted > number) {
    const data = { promotionId: promotion.id, evaluation: promotion.wanted };
    await deps.host.jobs.enqueue(tx, deps.jobs.evaluateGates, tenantId, data);
  }
}

function isUnavailable({ scans, policies, evidence, approvers }: Answers): boolean {
  return (
    approvers.kind === 'unavailable' ||
    scans.some(({ missing }) => missing?.kind === 'unavailable') ||
    policies.some(({ answer }) => answer.kind === 'unavailable') ||
    evidence.some(({ packet }) => packet.kind === 'unavailable')
  );
}

function isUnchanged(promotion: PromotionRow, change: PromotionChange): boolean {
  return (
    promotion.state === change.state &&
    promotion.sentence === change.sentence &&
    promotion.requiredApprovals === change.requiredApprovals &&
    promotion.policyDigest === change.policyDigest &&
    isSameGates(promotion.gates, change.gates)
  );
}

async function publish(
  deps: Deps,
  tx: Tx,
  { tenantId, release }: Evaluation,
  promotion: PromotionRow,
  change: PromotionChange,
): Promise<void> {
  const version = await changePromotion(tx, change);
  await publishEvent(tx, RELEASES_EVENTS.promotionChanged, {
    id: deps.ids.uuid(),
    tenantId,
    occurredAt: change.at,
    data: promotionFact(promotion, release, { from: promotion.state, to: change.state, version }),
  });
}

/** Gates come and go by themselves; what they do to the promotion and to people's approvals is on record. */
async function audit(
  deps: Deps,
  tx: Tx,
  tenantId: string,
  promotion: PromotionRow,
  to: PromotionState,
  voided: readonly VoidedApproval[],
): Promise<void> {
  await deps.host.audit(tx, {
    tenantId,
    service: 'releases',
    action: 'releases.promotion.move',
    target: { type: 'promotion', id: promotion.id },
    details: { from: promotion.state, to, voidedApprovals: voided.length, because: codesOf(voided) },
  });
}
