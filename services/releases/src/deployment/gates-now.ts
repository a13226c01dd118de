import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@stella-ops/engine-kernel/errors';
import type { Deps } from '../deps.ts';
import { waitsForAuthority } from '../domain/gates/approval-gate.ts';
import { isMet } from '../domain/gates/gate.ts';
import { AGAIN_OR_CANCEL, DEPLOY_OR_CANCEL, openSentence } from '../domain/sentences.ts';
import { askApprovers } from '../evaluation/ask-approvers.ts';
import { type Answers, askAboutImages, type Evaluation, type ImageAnswers } from '../evaluation/evaluate-promotion.ts';
import { isSameGates } from '../evaluation/gates-of.ts';
import { look, type Looked } from '../evaluation/look.ts';
import { codesOf, type VoidedApproval, voidApprovals } from '../store/approvals.ts';
import { findEnvironment, lockEnvironment } from '../store/environments.ts';
import { findPromotion, freshenDecisions, lockPromotion, type PromotionRow } from '../store/promotions.ts';
import { findRelease } from '../store/releases.ts';
import type { Tx } from '../store/tx.ts';
import { movePromotion } from './move-promotion.ts';
import { Outdated } from './outdated.ts';

/** Decisions of an approval count for a deployment that follows soon; a later one is decided anew. */
const FRESH_MS = 10 * 60_000;
/** A new decision is sealed within moments; who waits longer is told so. */
const SEALED_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 250;

export interface AskedGates {
  readonly evaluation: Evaluation;
  readonly answers: Answers;
}

/** Asks other services about a promotion once more. `undefined` when it is not there or not in the state. */
export async function askGates(
  deps: Deps,
  tenantId: string,
  promotionId: string,
  state: 'approved' | 'failed',
  signal: AbortSignal,
): Promise<AskedGates | undefined> {
  const evaluation = await begin(deps, tenantId, promotionId, state);
  if (evaluation === undefined) return undefined;
  const images = await askUntilSealed(deps, evaluation, signal);
  // Last, since it is what may change while the others are waited for.
  const approvers = await askApprovers(deps, tenantId, promotionId, signal);
  return { evaluation, answers: { ...images, approvers } };
}

async function askUntilSealed(deps: Deps, evaluation: Evaluation, signal: AbortSignal): Promise<ImageAnswers> {
  const untilMs = deps.clock.monotonicMs() + SEALED_WITHIN_MS;
  for (;;) {
    const answers = await askAboutImages(deps, evaluation, signal);
    const isSealing = answers.evidence.some(({ packet }) => packet.kind === 'missing');
    if (!isSealing || deps.clock.monotonicMs() >= untilMs) return answers;
    await delay(LOOK_EVERY_MS, undefined, { signal });
  }
}

async function begin(
  deps: Deps,
  tenantId: string,
  promotionId: string,
  state: 'approved' | 'failed',
): Promise<Evaluation | undefined> {
  return deps.host.database.withTenant(tenantId, async (tx) => {
    const before = await findPromotion(tx, promotionId);
    if (before?.state !== state) return undefined;
    const sinceMs = Date.parse(deps.clock.now()) - Date.parse(before.decidedAt ?? before.updatedAt);
    const isOld = sinceMs > FRESH_MS;
    if (isOld) await freshenDecisions(tx, promotionId);
    const promotion = await findPromotion(tx, promotionId);
    const release = promotion === undefined ? undefined : await findRelease(tx, promotion.releaseId);
    const environment = promotion === undefined ? undefined : await findEnvironment(tx, promotion.environmentId);
    if (promotion === undefined || release === undefined || environment === undefined) return undefined;
    return { tenantId, number: promotion.wanted, promotion, release, policy: environment.policy };
  });
}

/** Thrown inside a transaction, so that nothing of it stands: a gate is not met any more. */
export class GatesUnmet extends Error {
  readonly sentence: string;
  /** It waits for nothing but a service that did not answer: asked again, it may be met. */
  readonly isPassing: boolean;
  /** Approvals whose givers may not approve any more. They are void whatever happens next. */
  readonly lost: readonly VoidedApproval[];

  constructor(sentence: string, isPassing: boolean, lost: readonly VoidedApproval[]) {
    super(sentence);
    this.sentence = sentence;
    this.isPassing = isPassing;
    this.lost = lost;
  }
}

/**
 * The gates of a promotion that was let through, under its lock and its environment's.
 *
 * @throws GatesUnmet with the sentence why not; Outdated when something happened since they were asked about
 */
export async function requireGates(
  tx: Tx,
  { evaluation, answers }: AskedGates,
  promotion: PromotionRow,
  at: string,
): Promise<Looked> {
  const environment = await findEnvironment(tx, promotion.environmentId);
  if (environment === undefined) throw new Error('a promotion has an environment');
  if (environment.policy !== evaluation.policy || promotion.staleAt > evaluation.number) {
    throw new Outdated(`what the gates of ${promotion.release} rest on has changed just now`);
  }
  const looked = await look(tx, at, evaluation.release.mode, answers, promotion, environment);
  if (looked.isUnasked) throw new Outdated(`${promotion.release} was approved just now`);
  if (looked.gates.every(isMet)) return looked;
  const isToPass = isPassing(looked);
  throw new GatesUnmet(unmetSentence(looked, isToPass), isToPass, lostOf(looked));
}

/**
 * Of a promotion that was let through, only these stay void: a gate that is blocked today may be met tomorrow, and then
 * what was approved before is deployed.
 */
function lostOf({ voided }: Looked): VoidedApproval[] {
  return voided.filter(({ code }) => code === 'right_lost');
}

/** Gates that other services decide. */
const OTHERS: ReadonlySet<string> = new Set(['scan', 'policy', 'evidence']);

function isPassing({ gates }: Looked): boolean {
  return gates.every(
    (gate) => isMet(gate) || (gate.state === 'waiting' && OTHERS.has(gate.name)) || waitsForAuthority(gate),
  );
}

function unmetSentence({ gates }: Looked, isToPass: boolean): string {
  const approval = gates.find((gate) => gate.name === 'approval');
  const isOnlyApproval = gates.every((gate) => gate.name === 'approval' || isMet(gate));
  if (isOnlyApproval && approval !== undefined) {
    return isToPass ? approval.sentence : `${approval.sentence} ${AGAIN_OR_CANCEL}`;
  }
  const sentence = openSentence('pending_gate', gates);
  return isToPass ? sentence : `${sentence} ${DEPLOY_OR_CANCEL}`;
}

/** Tells readers of an approved promotion why it is not deployed. */
export async function noteNotDeployed(
  deps: Deps,
  tenantId: string,
  promotionId: string,
  why: string,
  asked?: AskedGates,
): Promise<void> {
  const lost = await deps.host.database.withTenant(tenantId, async (tx) => {
    const promotion = await lockWithEnvironment(tx, promotionId);
    if (promotion?.state !== 'approved') return [];
    // A rollback or another promotion has taken its turn since it was looked at, and has said so.
    const environment = await findEnvironment(tx, promotion.environmentId);
    if (environment?.currentPromotionId !== promotionId) return [];
    const at = deps.clock.now();
    const sentence = `Approved, but not deployed. ${why}`;
    const looked = asked === undefined ? undefined : await lookOnce(tx, asked, promotion, at);
    const gates = looked?.gates ?? promotion.gates;
    const voided = looked === undefined ? [] : lostOf(looked);
    await voidApprovals(tx, voided, at);
    if (promotion.sentence === sentence && isSameGates(promotion.gates, gates)) return voided;
    await movePromotion(deps, tx, tenantId, promotion, { event: undefined, sentence, gates, at });
    await deps.host.audit(tx, {
      tenantId,
      service: 'releases',
      action: 'releases.deployment.refuse',
      target: { type: 'promotion', id: promotionId },
      details: {
        gates: gates.filter((gate) => !isMet(gate)).map(({ name }) => name),
        voidedApprovals: voided.length,
      },
    });
    return voided;
  });
  for (const { code } of lost) deps.record.voided(1, { code });
}

/** Keeps that approvals of a promotion are void, where nothing else of it changes. */
export async function noteLostApprovals(
  deps: Deps,
  tenantId: string,
  promotionId: string,
  lost: readonly VoidedApproval[],
): Promise<void> {
  if (lost.length === 0) return;
  await deps.host.database.withTenant(tenantId, async (tx) => {
    const promotion = await lockWithEnvironment(tx, promotionId);
    if (promotion === undefined) return;
    const at = deps.clock.now();
    await voidApprovals(tx, lost, at);
    await movePromotion(deps, tx, tenantId, promotion, { event: undefined, sentence: promotion.sentence, at });
    await deps.host.audit(tx, {
      tenantId,
      service: 'releases',
      action: 'releases.approval.void',
      target: { type: 'promotion', id: promotionId },
      details: { voidedApprovals: lost.length, because: codesOf(lost) },
    });
  });
  for (const { code } of lost) deps.record.voided(1, { code });
}

async function lockWithEnvironment(tx: Tx, promotionId: string): Promise<PromotionRow | undefined> {
  const found = await findPromotion(tx, promotionId);
  if (found !== undefined) await lockEnvironment(tx, found.environmentId);
  return lockPromotion(tx, promotionId);
}

async function lookOnce(
  tx: Tx,
  { evaluation, answers }: AskedGates,
  promotion: PromotionRow,
  at: string,
): Promise<Looked | undefined> {
  const environment = await findEnvironment(tx, promotion.environmentId);
  if (environment === undefined) return undefined;
  return look(tx, at, evaluation.release.mode, answers, promotion, environment);
}

/** Faults of the world that somebody must put right before it can be deployed. */
export function isRefusal(error: unknown): error is AppError {
  return (
    error instanceof AppError &&
    ['TARGETS_MISSING', 'TEMPLATE_MISSING', 'TEMPLATE_INVALID', 'PLATFORM_MISSING', 'DEPLOYMENT_STATE'].includes(
      error.code,
    )
  );
}
