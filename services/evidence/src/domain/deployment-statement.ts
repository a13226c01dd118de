import type { Deployment } from '@stella-ops/contracts/deployments';
import type { Promotion, Release } from '@stella-ops/contracts/releases';
import { PREDICATE_TYPES, statementBytes } from '@stella-ops/engine-envelope';
import type { Timestamp } from '@stella-ops/engine-kernel';
import type { ObservedOn } from './observed.ts';
import { subjectsOf } from './promotion-statement.ts';

/** Ends of a deployment: each leaves evidence. */
export const DEPLOYMENT_ENDS = ['succeeded', 'failed', 'cancelled', 'rolled_back'] as const satisfies readonly [
  ...Deployment['state'][],
];
export type DeploymentEndState = (typeof DEPLOYMENT_ENDS)[number];

export const isDeploymentEnd = (state: Deployment['state']): state is DeploymentEndState =>
  (DEPLOYMENT_ENDS as readonly string[]).includes(state);

/** An end of a deployment, as the event told it. One that is resumed ends again, perhaps in the same state. */
export interface DeploymentEnd {
  readonly deploymentId: string;
  readonly to: DeploymentEndState;
  readonly occurredAt: Timestamp;
}

/** What tells the packets of a deployment apart. */
export const stateOfEnd = ({ to, occurredAt }: DeploymentEnd): string => `${to} ${occurredAt}`;

/** Whether a deployment is at this end still. */
export const isAtEnd = ({ state, finishedAt }: Deployment, end: DeploymentEnd): boolean =>
  state === end.to && finishedAt === end.occurredAt;

/** Policy's decisions on the images of a promotion, as its gates name them; each once. */
export function decisionsOf({ gates }: Pick<Promotion, 'gates'>) {
  const decisions = new Map<string, { component: string | null; imageDigest: string | null; decision: string }>();
  for (const { component, imageDigest, evidence } of gates) {
    for (const { kind, id } of evidence) {
      if (kind === 'decision') decisions.set(`${imageDigest} ${id}`, { component, imageDigest, decision: id });
    }
  }
  return [...decisions.values()];
}

/**
 * What is said of the end of a deployment: which plan each target was given, which receipt it gave, and what ran there by
 * these receipts; and by which promotion and decisions the release was let in. Subjects are all images of the release.
 *
 * @param promotion that let the release into the environment: of a rollback an earlier one than `undoes`
 * @throws AppError `STATEMENT_INVALID` when the release has no image
 */
export function deploymentStatement(
  deployment: Deployment,
  release: Release,
  promotion: Promotion | undefined,
  observed: readonly ObservedOn[],
): Buffer {
  const { kind, promotionId } = deployment;
  return statementBytes({
    subjects: subjectsOf(release),
    predicateType: PREDICATE_TYPES.deployment,
    predicate: {
      deployment: deployment.id,
      kind,
      strategy: deployment.strategy,
      environment: deployment.environment,
      release: {
        id: release.id,
        name: release.name,
        version: release.version,
        mode: release.mode,
        digest: release.digest,
      },
      promotion: promotion?.id ?? null,
      undoes: kind === 'rollback' ? promotionId : null,
      decisions: promotion === undefined ? [] : decisionsOf(promotion),
      state: deployment.state,
      sentence: deployment.sentence,
      planDigest: deployment.planDigest,
      templateDigest: deployment.templateDigest,
      targets: deployment.tasks.map((task) => ({
        target: task.target,
        targetId: task.targetId,
        state: task.state,
        attempt: task.attempt,
        planDigest: task.planDigest,
        receiptDigest: task.receiptDigest,
        startedAt: task.startedAt,
        finishedAt: task.finishedAt,
      })),
      observed: observed.map(({ targets, services }) => ({
        targets: [...targets],
        services: services.map((one) => ({ ...one })),
      })),
      startedBy: { id: deployment.startedBy.id, name: deployment.startedBy.name },
      reason: deployment.reason,
      startedAt: deployment.createdAt,
      finishedAt: deployment.finishedAt,
    },
  });
}

const HOW: Readonly<Record<DeploymentEndState, string>> = {
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'was cancelled',
  rolled_back: 'succeeded',
};

export function deploymentTitle({ to }: DeploymentEnd, { kind, release, environment }: Deployment): string {
  const what =
    kind === 'rollback' ? `Rollback of ${environment} to ${release}` : `Deployment of ${release} to ${environment}`;
  return `${what} ${HOW[to]}`;
}
