import { canonicalBytes, digestOf, digestOfJson, sortedBy } from '@stella-ops/engine-kernel';
import { formatPlatform } from '@stella-ops/engine-oci';
import { fail } from './errors.ts';
import {
  type ComposePlan,
  LABELS,
  type Plan,
  type PlannedImage,
  type PlannedResource,
  type PlannedService,
  type ServiceSettings,
} from './plan-types.ts';
import { PROJECT_NAME } from './read-compose.ts';
import type { ComposeModel, ComposeResource, ComposeService, ReleaseImage, Rendered, RenderOptions } from './types.ts';

/**
 * Fills the images of a release into a template. Equal input gives equal bytes.
 *
 * @throws AppError `COMPOSE_IMAGE_MISSING` when the release has no image for a component of the template,
 *   `COMPOSE_INVALID` for a project that cannot begin the name of a container
 */
export function renderCompose(model: ComposeModel, options: RenderOptions): Rendered<ComposePlan> {
  const { project, labels } = options;
  checkProject(project);
  return rendered({
    format: 'stella.compose-plan/v1',
    ...labels,
    project,
    services: model.services.map((service) => renderService(service, options)),
    networks: model.networks.map((one) => resource(one, project)),
    volumes: model.volumes.map((one) => resource(one, project)),
  });
}

export function checkProject(project: string): void {
  if (!PROJECT_NAME.test(project)) {
    throw fail('COMPOSE_INVALID', `"${project.slice(0, 80)}" is not the name of a project`, {
      hint: 'Name projects with a-z, 0-9, "_" and "-", at most 63 characters.',
    });
  }
}

export function rendered<P extends Plan>(plan: P): Rendered<P> {
  const bytes = canonicalBytes(plan);
  return { plan, bytes, digest: digestOf(bytes) };
}

/** The image of a component. @throws AppError `COMPOSE_IMAGE_MISSING` */
export function releaseImage(component: string, images: RenderOptions['images']): PlannedImage {
  const image = Object.hasOwn(images, component) ? images[component] : undefined;
  if (image === undefined) {
    throw fail('COMPOSE_IMAGE_MISSING', `the release has no image of component "${component}" for this target`);
  }
  return plannedImage(image);
}

function plannedImage({ repository, manifestDigest, configDigest, platform }: ReleaseImage): PlannedImage {
  return {
    reference: `${repository}@${manifestDigest}`,
    repository,
    manifestDigest,
    configDigest,
    platform:
      platform === null
        ? null
        : { os: platform.os, architecture: platform.architecture, variant: platform.variant ?? null },
  };
}

function renderService(service: ComposeService, options: RenderOptions): PlannedService {
  const { name, settings, dependsOn } = service;
  const component = service.image.kind === 'component' ? service.image.component : null;
  const image =
    service.image.kind === 'component'
      ? releaseImage(service.image.component, options.images)
      : plannedImage({
          repository: service.image.repository,
          manifestDigest: service.image.digest,
          configDigest: null,
          platform: null,
        });
  const configHash = digestOfJson(settings);
  const labels: Record<string, string> = {
    ...settings.userLabels,
    [LABELS.project]: options.project,
    [LABELS.service]: name,
    [LABELS.deployment]: options.labels.deploymentId,
    [LABELS.release]: options.labels.releaseId,
    [LABELS.environment]: options.labels.environment,
    [LABELS.component]: component ?? '',
    [LABELS.digest]: image.manifestDigest,
    [LABELS.configHash]: configHash,
  };
  const reason = stopFirstReason(settings);
  return {
    name,
    component,
    image,
    settings,
    configHash,
    dependsOn,
    labels,
    order: { isStartFirst: reason === null, reason },
  };
}

/**
 * Why the old container must be gone before the new one starts; null when both may run for a while. A second container
 * with the same port is created without a fault and fails at its start, so this is decided from the model.
 */
function stopFirstReason(settings: ServiceSettings): string | null {
  if (settings.containerName !== null) return `it has the fixed name "${settings.containerName}"`;
  if (settings.networkMode === 'host') return 'it uses the network of the host';
  const port = settings.ports.find((one) => one.hostPort !== null);
  if (port !== undefined) return `it publishes port ${port.hostPort} of the host`;
  const mount = settings.mounts.find((one) => one.kind !== 'tmpfs' && !one.isReadOnly);
  if (mount === undefined) return null;
  return `two writers could spoil the ${mount.kind === 'volume' ? 'volume' : 'folder'} "${mount.source}"`;
}

function resource({ key, name, isExternal }: ComposeResource, project: string): PlannedResource {
  return { key, name: name ?? (isExternal ? key : `${project}_${key}`), isExternal };
}

/** The images of a plan as people write them, for lists and confirmations. */
export function imagesOf(
  plan: Plan,
): readonly { readonly name: string; readonly reference: string; readonly platform: string | null }[] {
  const rows =
    plan.format === 'stella.compose-plan/v1'
      ? plan.services.map(({ name, image }) => ({ name, image }))
      : plan.components.map(({ component, image }) => ({ name: component, image }));
  return sortedBy(rows, (row) => row.name).map(({ name, image }) => ({
    name,
    reference: image.reference,
    platform:
      image.platform === null
        ? null
        : formatPlatform({
            os: image.platform.os,
            architecture: image.platform.architecture,
            ...(image.platform.variant === null ? {} : { variant: image.platform.variant }),
          }),
  }));
}
