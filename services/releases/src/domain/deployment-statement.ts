import type { Release } from '@stella-ops/contracts/releases';
import { PREDICATE_TYPES, statementBytes } from '@stella-ops/engine-envelope';
import type { Digest } from '@stella-ops/engine-kernel';
import type { DeploymentRow } from '../store/deployments.ts';
import type { TaskRow } from '../store/tasks.ts';

/**
 * What is said of the end of a deployment: which plan each target was given, and which receipt it gave. Subjects are all
 * images of the release.
 *
 * @throws AppError `STATEMENT_INVALID` when the release has no image
 */
export function deploymentStatement(deployment: DeploymentRow, release: Release, tasks: readonly TaskRow[]): Buffer {
  return statementBytes({
    subjects: release.components.flatMap(({ component, platforms }) =>
      platforms.map(({ manifestDigest }) => ({ name: component, digest: manifestDigest as Digest })),
    ),
    predicateType: PREDICATE_TYPES.deployment,
    predicate: {
      deployment: deployment.id,
      promotion: deployment.promotionId,
      kind: deployment.kind,
      environment: deployment.environment,
      release: { id: release.id, name: release.name, version: release.version, digest: release.digest },
      state: deployment.state,
      sentence: deployment.sentence,
      planDigest: deployment.planDigest,
      templateDigest: deployment.templateDigest,
      targets: tasks.map(({ target, targetId, state, attempt, planDigest, receiptDigest, startedAt, finishedAt }) => ({
        target,
        targetId,
        state,
        attempt,
        planDigest,
        receiptDigest,
        startedAt,
        finishedAt,
      })),
      startedBy: { id: deployment.startedBy.id, name: deployment.startedBy.name },
      reason: deployment.reason,
      startedAt: deployment.createdAt,
      finishedAt: deployment.finishedAt,
    },
  });
}
