import type { Release } from '@stella-ops/contracts/releases';
import {
  type ComposeModel,
  projectName,
  renderCompose,
  renderScript,
  type ScriptTemplate,
} from '@stella-ops/engine-compose';
import { canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';
import { imagesFor } from '../domain/image-for.ts';
import { fail } from '../errors.ts';
import type { TargetRow } from '../store/targets.ts';
import { namesOf } from './read-template.ts';

export interface RenderedPlans {
  /** Canonical JSON of the list of plans. */
  readonly index: { readonly bytes: Buffer; readonly digest: Digest };
  readonly plans: readonly { readonly targetId: string; readonly bytes: Buffer; readonly digest: Digest }[];
}

export interface RenderInput {
  readonly tenantId: string;
  readonly deploymentId: string;
  readonly environment: string;
  readonly release: Release;
  readonly model: ComposeModel | ScriptTemplate;
  readonly targets: readonly TargetRow[];
}

const KINDS = { compose: 'docker', script: 'script' } as const;

/**
 * What is to be done on each target, exactly: the template with the digests of the release for the target's platform.
 *
 * @throws AppError `TARGETS_MISSING` when a target is of another kind than the template, `PLATFORM_MISSING` when the
 *   release has no image for the platform of a target, `TEMPLATE_INVALID` when the template names what is not in the release
 */
export function renderPlans(input: RenderInput): RenderedPlans {
  const plans = input.targets.map((target) => {
    const { bytes, digest } = renderPlan(input, target);
    return { targetId: target.id, bytes, digest };
  });
  const bytes = canonicalBytes({
    format: 'stella.deployment-plan/v1',
    deploymentId: input.deploymentId,
    plans: input.targets.map(({ id, name }, index) => ({
      targetId: id,
      target: name,
      planDigest: plans[index]?.digest ?? '',
    })),
  });
  return { index: { bytes, digest: digestOf(bytes) }, plans };
}

function renderPlan({ tenantId, deploymentId, environment, release, model }: RenderInput, target: TargetRow) {
  if (target.kind !== KINDS[model.kind]) {
    throw fail(
      'TARGETS_MISSING',
      `${target.name} is a ${target.kind} target, and the template of ${environment} is of kind ${model.kind}`,
      { hint: `Take ${target.name} out of the environment, or give the environment another template.` },
    );
  }
  const images = imagesFor(release, target.platform);
  const named = namesOf(model).components;
  const parts = release.components.map(({ component }) => component);
  const stray = named.find((component) => !parts.includes(component));
  if (stray !== undefined) {
    throw fail('TEMPLATE_INVALID', `the template wants component "${stray}", which ${release.name} does not have`);
  }
  const wanted = named.length === 0 ? parts : named;
  const missing = wanted.find((component) => !Object.hasOwn(images, component));
  if (missing !== undefined) {
    throw fail(
      'PLATFORM_MISSING',
      `the release has no image of ${missing} for ${target.platform ?? 'an unknown platform'}, the platform of ${target.name}`,
    );
  }
  const options = {
    project: projectName(tenantId, environment, target.name),
    images,
    labels: { deploymentId, releaseId: release.id, environment },
  };
  return model.kind === 'compose' ? renderCompose(model, options) : renderScript(model, options);
}
