import type { Promotion, Release } from '@stella-ops/contracts/releases';
import { PREDICATE_TYPES, statementBytes } from '@stella-ops/engine-envelope';
import { type Digest, sortedUnique, type Timestamp } from '@stella-ops/engine-kernel';

/** Ends of a promotion that leave evidence. `approved` is one: what happens after it is deployment. */
export const SEALED_STATES = ['approved', 'rejected', 'cancelled', 'deployed', 'failed', 'rolled_back'] as const;
export type SealedState = (typeof SEALED_STATES)[number];

export const isSealedState = (state: Promotion['state']): state is SealedState =>
  (SEALED_STATES as readonly string[]).includes(state);

/** The step of a promotion that a packet is of, as the event told it. */
export interface PromotionStep {
  readonly promotionId: string;
  readonly from: Promotion['state'] | null;
  readonly to: SealedState;
  readonly occurredAt: Timestamp;
}

/** Every digest that the images of a release are known by, with the component they belong to; each pair once. */
export function subjectsOf(release: Release): readonly { readonly name: string; readonly digest: Digest }[] {
  const subjects = new Map<string, { name: string; digest: Digest }>();
  for (const { component, indexDigest, platforms } of release.components) {
    for (const digest of [indexDigest, ...platforms.map(({ manifestDigest }) => manifestDigest)]) {
      if (digest === null) continue;
      subjects.set(`${component} ${digest}`, { name: component, digest: digest as Digest });
    }
  }
  return [...subjects.values()];
}

/** The same digests, each once, in order. */
export const imagesOf = (release: Release): string[] => sortedUnique(subjectsOf(release).map(({ digest }) => digest));

/**
 * What is said of the end of a promotion: that it came to this state, by these gates and approvals. `record` is the
 * promotion as it was when it was read; where it had gone on since, its state there differs from the one stated.
 *
 * @throws AppError `STATEMENT_INVALID` when the release has no image
 */
export function promotionStatement(step: PromotionStep, promotion: Promotion, release: Release): Buffer {
  return statementBytes({
    subjects: subjectsOf(release),
    predicateType: PREDICATE_TYPES.promotion,
    predicate: {
      promotion: promotion.id,
      release: {
        id: release.id,
        name: release.name,
        version: release.version,
        mode: release.mode,
        digest: release.digest,
      },
      environment: promotion.environment,
      state: step.to,
      previousState: step.from,
      at: step.occurredAt,
      gates: promotion.gates.map(({ name, component, imageDigest, state, sentence, evidence, evaluatedAt }) => ({
        name,
        component,
        imageDigest,
        state,
        sentence,
        evidence: evidence.map(({ kind, id }) => ({ kind, id })),
        evaluatedAt,
      })),
      approvals: promotion.approvals.map((approval) => ({
        person: { id: approval.person.id, name: approval.person.name },
        verdict: approval.verdict,
        reason: approval.reason,
        releaseDigest: approval.releaseDigest,
        policyDigest: approval.policyDigest,
        isValid: countedAt(approval, step.occurredAt),
        decidedAt: approval.decidedAt,
      })),
      requiredApprovals: promotion.requiredApprovals,
      requestedBy: { id: promotion.requestedBy.id, name: promotion.requestedBy.name },
      requestedAt: promotion.requestedAt,
      decidedAt: promotion.decidedAt,
      record: { version: promotion.version, state: promotion.state, updatedAt: promotion.updatedAt },
    },
  });
}

/** Whether an approval counted for an end: one that was void by then did not, whatever came later changes nothing. */
function countedAt({ isValid, voided }: Promotion['approvals'][number], at: Timestamp): boolean {
  return isValid || (voided !== null && voided.at > at);
}

const WHAT_HAPPENED: Readonly<Record<SealedState, string>> = {
  approved: 'was approved for',
  rejected: 'was rejected for',
  cancelled: 'was withdrawn from',
  deployed: 'was deployed to',
  failed: 'failed to be deployed to',
  rolled_back: 'was rolled back in',
};

export function promotionTitle({ to }: PromotionStep, { release, environment }: Promotion): string {
  return `Release ${release} ${WHAT_HAPPENED[to]} ${environment}`;
}
