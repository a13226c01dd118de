import { LABELS, type Plan, type PlannedImage } from '@stella-ops/engine-compose';
import type { Drift, DriftOptions, ObservedContainer } from './types.ts';

/**
 * Where a target differs from its plan. Images are compared by digest, never by name: a container counts as the planned
 * image when its image ID is the config digest (classic store) or the manifest digest (containerd store), or when the
 * engine knows the image by the planned reference.
 *
 * @param observed everything on the target that is known
 */
export function driftOf(
  plan: Plan,
  observed: readonly ObservedContainer[],
  options: DriftOptions = {},
): readonly Drift[] {
  const drift: Drift[] = [];
  const seen = new Set<ObservedContainer>();
  for (const wanted of expectations(plan)) {
    const { service, image } = wanted;
    const all = observed.filter(
      ({ labels }) => labels[LABELS.project] === plan.project && labels[LABELS.service] === service,
    );
    for (const one of all) seen.add(one);
    const running = all.filter((one) => isRunning(one));
    const expected = image.manifestDigest;
    if (running.length === 0) {
      const [stopped] = all;
      const sentence = stopped === undefined ? `${service} is not there` : `${service} does not run: ${stopped.state}`;
      drift.push({ kind: 'missing', service, sentence, expected, observed: stopped?.containerId ?? null });
    }
    const right = running.filter((one) => isImage(one, image) && hasSettings(one, wanted.configHash));
    for (const one of running) {
      if (!isImage(one, image)) {
        const sentence = `${service} runs another image than the one deployed`;
        drift.push({ kind: 'wrong_digest', service, sentence, expected, observed: one.imageId });
      } else if (!hasSettings(one, wanted.configHash)) {
        const sentence = `${service} runs with other settings than those deployed`;
        drift.push({ kind: 'wrong_digest', service, sentence, expected, observed: one.imageId });
      } else if (one.health === 'unhealthy' || one.state === 'restarting') {
        const sentence = `${service} is ${one.state === 'restarting' ? 'restarting again and again' : 'unhealthy'}`;
        drift.push({ kind: 'unhealthy', service, sentence, expected, observed: one.containerId });
      }
    }
    for (const one of right.slice(1)) drift.push(rogue(one, service, 'is a second container of'));
  }
  const known = options.knownDeployments === undefined ? undefined : new Set(options.knownDeployments);
  for (const one of observed) {
    if (seen.has(one) || !isRunning(one)) continue;
    const { [LABELS.project]: project, [LABELS.deployment]: deployment } = one.labels;
    const isOurs = Object.keys(one.labels).some((label) => label.startsWith('stella.'));
    if (project === plan.project) drift.push(rogue(one, null, 'belongs to no service of'));
    else if (isOurs && known?.has(deployment ?? '') === false)
      drift.push(rogue(one, null, 'was deployed by nobody known, not by'));
    else if (!isOurs && options.isExclusive === true) drift.push(rogue(one, null, 'was started by hand beside'));
  }
  return drift;
}

interface Expectation {
  readonly service: string;
  readonly image: PlannedImage;
  readonly configHash: string | null;
}

function expectations(plan: Plan): readonly Expectation[] {
  return plan.format === 'stella.compose-plan/v1'
    ? plan.services.map(({ name, image, configHash }) => ({ service: name, image, configHash }))
    : plan.components.map(({ component, image }) => ({ service: component, image, configHash: null }));
}

const isRunning = (one: ObservedContainer): boolean => one.state === 'running' || one.state === 'restarting';

const hasSettings = (one: ObservedContainer, configHash: string | null): boolean =>
  configHash === null || one.labels[LABELS.configHash] === configHash;

/** Whether a container's image is the planned one, by any of the names that engines give it. */
export function isImage(
  { imageId, repoDigests }: { readonly imageId: string; readonly repoDigests: readonly string[] },
  image: PlannedImage,
): boolean {
  if (imageId === image.manifestDigest) return true;
  // Several references may name one image, but a config digest is one image only.
  if (image.configDigest !== null) return imageId === image.configDigest;
  return repoDigests.some((one) => one.endsWith(`@${image.manifestDigest}`));
}

function rogue(one: ObservedContainer, service: string | null, what: string): Drift {
  const sentence = `${one.name} ${what} ${service ?? 'this deployment'}`;
  return { kind: 'rogue', service, sentence, expected: null, observed: one.imageId };
}
