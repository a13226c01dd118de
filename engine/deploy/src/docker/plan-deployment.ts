import { type ComposePlan, LABELS, type PlannedService } from '@stella-ops/engine-compose';
import { digestOf, hexOf } from '@stella-ops/engine-kernel';
import { isImage } from '../drift.ts';
import type { ObservedContainer, Step } from '../types.ts';

/** How long a container without a health check must run before it counts as up. */
export const SETTLE_MS = 3000;

/**
 * What is to be done, in order: everything that can fail early first (pulls, networks, volumes), then service by service
 * in the order of their dependencies, and what is not needed any more at the very end, so that until then everything can
 * be taken back. Services whose image, settings and health are right are left alone.
 */
export function planDeployment(plan: ComposePlan, observed: readonly ObservedContainer[]): readonly Step[] {
  const ours = observed.filter((one) => one.labels[LABELS.project] === plan.project);
  const names = new Set(observed.map((one) => one.name));
  const changes = plan.services.flatMap((service) => changeOf(plan, service, ours, names));
  const needed = changes.filter((one) => one.needsNew);
  const isUsed = (kind: 'networks' | 'volumes', key: string): boolean =>
    needed.some(({ service: { settings } }) =>
      kind === 'networks'
        ? settings.networks.some((one) => one.network === key)
        : settings.mounts.some((one) => one.kind === 'volume' && one.source === key),
    );
  const orphans = ours.filter((one) => !plan.services.some(({ name }) => name === one.labels[LABELS.service]));
  const stops = stopOrphans(orphans, needed);
  return [
    ...needed.map(({ service, cause }) => pullStep(service, cause)),
    ...(['networks', 'volumes'] as const).flatMap((kind) =>
      plan[kind].filter((one) => isUsed(kind, one.key)).map((one) => resourceStep(kind, one)),
    ),
    ...(stops.isFirst ? stops.steps : []),
    ...changes.flatMap(replaceSteps),
    ...(stops.isFirst ? [] : stops.steps),
    {
      id: 'record',
      service: null,
      action: 'record',
      sentence: 'Write down on the host what runs now',
      cause: 'people on the host read stella.version.json and compose.stella.lock.yml',
      subject: { ranBefore: ids(ours.filter(({ state }) => state === 'running')) },
    },
    ...changes.flatMap(({ service, old }) => (old.length === 0 ? [] : [removeStep(service.name, old)])),
    ...(orphans.length === 0 ? [] : [removeOrphans(orphans)]),
  ];
}

interface Change {
  readonly service: PlannedService;
  /** Whether a container is to be made; else only surplus ones go. */
  readonly needsNew: boolean;
  readonly cause: string;
  /** Of the container to be made. */
  readonly name: string;
  /** Containers that go, those that run first. */
  readonly old: readonly ObservedContainer[];
  readonly before: readonly string[];
}

function changeOf(
  plan: ComposePlan,
  service: PlannedService,
  ours: readonly ObservedContainer[],
  names: Set<string>,
): readonly Change[] {
  const present = ours.filter((one) => one.labels[LABELS.service] === service.name);
  const kept = present.find((one) => reasonToReplace(service, one) === undefined);
  const begun = kept === undefined ? present.find((one) => isBegunBy(plan, service, one)) : undefined;
  const old = present.filter((one) => one !== kept && one !== begun).sort((a, b) => Number(isUp(b)) - Number(isUp(a)));
  const before = present.filter((one) => one !== begun).map((one) => one.containerId);
  if (kept !== undefined) {
    const cause = 'the service has one container';
    return old.length === 0 ? [] : [{ service, needsNew: false, cause, name: '', old, before }];
  }
  const [first] = old;
  const cause = first === undefined ? 'it is not there' : (reasonToReplace(service, first) ?? '');
  const name = begun?.name ?? service.settings.containerName ?? freeName(plan, service, names);
  return [{ service, needsNew: true, cause, name, old, before }];
}

/**
 * Whether this very deployment made a container and did not come further: a process whose journal is elsewhere, or that was
 * given the task before. It is taken up where it is; one more would run beside it as soon as that process wakes.
 */
function isBegunBy(plan: ComposePlan, service: PlannedService, one: ObservedContainer): boolean {
  const { labels, state, health, startedAt } = one;
  const isUnstarted = state === 'created' && startedAt === null;
  return (
    labels[LABELS.deployment] === plan.deploymentId &&
    labels[LABELS.digest] === service.image.manifestDigest &&
    labels[LABELS.configHash] === service.configHash &&
    isImage(one, service.image) &&
    (isUnstarted || (state === 'running' && health === 'starting'))
  );
}

function reasonToReplace(service: PlannedService, one: ObservedContainer): string | undefined {
  const { labels, state, health } = one;
  if (labels[LABELS.digest] !== service.image.manifestDigest) return 'the image changes';
  if (!isImage(one, service.image)) return 'it runs another image than it was deployed with';
  if (labels[LABELS.configHash] !== service.configHash) return 'the settings change';
  if (state !== 'running') return `it does not run (${state})`;
  if (health === 'unhealthy' || health === 'starting')
    return `it is ${health === 'starting' ? 'not healthy yet' : health}`;
  return undefined;
}

/** The same for each try of a deployment, so that the Engine itself refuses to make a container twice. */
function freeName(plan: ComposePlan, service: PlannedService, names: Set<string>): string {
  const base = `${plan.project}-${service.name}-${hexOf(digestOf(plan.deploymentId)).slice(0, 8)}`;
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`;
    if (names.has(name)) continue;
    names.add(name);
    return name;
  }
}

const isUp = ({ state }: ObservedContainer): boolean => !['created', 'exited', 'dead', 'removing'].includes(state);
const ids = (list: readonly ObservedContainer[]): string[] => list.map((one) => one.containerId);
const short = (list: readonly ObservedContainer[]): string => list.map((one) => one.name).join(', ');

function pullStep(service: PlannedService, cause: string): Step {
  const { name, image } = service;
  return {
    id: `${name}:pull`,
    service: name,
    action: 'pull',
    sentence: `Fetch ${image.reference} and verify its digest`,
    cause: `${name} is replaced: ${cause}`,
  };
}

function resourceStep(kind: 'networks' | 'volumes', one: ComposePlan['networks'][number]): Step {
  const action = kind === 'networks' ? 'network' : 'volume';
  return {
    id: `${action}:${one.key}`,
    service: null,
    action,
    sentence: one.isExternal
      ? `See that the ${action} ${one.name} is there`
      : `Make the ${action} ${one.name} if it is not there`,
    cause: 'services of the plan use it',
    subject: { key: one.key },
  };
}

function replaceSteps({ service, needsNew, cause, name, old, before }: Change): readonly Step[] {
  const { name: id, order, settings } = service;
  const running = old.filter(isUp);
  // A container that does not run may still hold the fixed name.
  const toStop = settings.containerName === null ? running : old;
  const isStartFirst = order.isStartFirst || toStop.length === 0;
  const gap = Math.ceil((settings.healthcheck?.intervalMs ?? 0) / 1000) + 1;
  const stop: Step[] =
    toStop.length === 0
      ? []
      : [
          {
            id: `${id}:stop`,
            service: id,
            action: 'stop',
            sentence: !needsNew
              ? `Stop ${short(toStop)}`
              : isStartFirst
                ? `Stop ${short(toStop)} now that the new one is healthy`
                : `Stop ${short(toStop)} first, because ${order.reason}: ${id} is away for about ${gap} s and the time of its start`,
            cause,
            subject: {
              containerIds: ids(toStop),
              before: ids(running),
              ...(settings.containerName === null ? {} : { name: settings.containerName }),
            },
          },
        ];
  if (!needsNew) return stop;
  const create: Step = {
    id: `${id}:create`,
    service: id,
    action: 'create',
    sentence: `Create ${name} from ${service.image.reference}`,
    cause,
    subject: { name, before },
  };
  const start: Step = { id: `${id}:start`, service: id, action: 'start', sentence: `Start ${name}`, cause };
  const wait: Step = {
    id: `${id}:wait-healthy`,
    service: id,
    action: 'wait-healthy',
    sentence: `Wait until ${name} is healthy`,
    cause: isStartFirst && toStop.length > 0 ? 'the old one serves until then' : 'what comes next relies on it',
  };
  return isStartFirst ? [create, start, wait, ...stop] : [...stop, create, start, wait];
}

function removeStep(service: string, old: readonly ObservedContainer[]): Step {
  return {
    id: `${service}:remove`,
    service,
    action: 'remove',
    sentence: `Remove ${short(old)}`,
    cause: 'all services are healthy, so nothing needs to be taken back',
    subject: { containerIds: ids(old) },
  };
}

const ORPHANS_CAUSE = 'the template has no such service any more';

/**
 * What left the template goes last, unless something new cannot run beside what is there: a service under another name takes
 * port, name or volume over from it.
 */
function stopOrphans(
  orphans: readonly ObservedContainer[],
  needed: readonly Change[],
): { readonly isFirst: boolean; readonly steps: readonly Step[] } {
  const names = new Set(needed.map(({ service }) => service.settings.containerName));
  // The one that has a fixed name comes first: it alone is renamed, and gets its name back.
  const running = orphans.filter(isUp).sort((a, b) => Number(names.has(b.name)) - Number(names.has(a.name)));
  const [first] = running;
  if (first === undefined) return { isFirst: false, steps: [] };
  const successor = needed.find(({ service }) => !service.order.isStartFirst);
  const who = short(running);
  const them = running.length === 1 ? 'it' : 'them';
  const sentence =
    successor === undefined
      ? `Stop ${who}`
      : `Stop ${who} first, for ${successor.service.name} may have to take over from ${them}: ${successor.service.order.reason}`;
  const subject = {
    containerIds: ids(running),
    before: ids(running),
    ...(names.has(first.name) ? { name: first.name } : {}),
  };
  const step: Step = { id: 'orphans:stop', service: null, action: 'stop', sentence, cause: ORPHANS_CAUSE, subject };
  return { isFirst: successor !== undefined, steps: [step] };
}

function removeOrphans(orphans: readonly ObservedContainer[]): Step {
  return {
    id: 'orphans:remove',
    service: null,
    action: 'remove',
    sentence: `Remove ${short(orphans)}`,
    cause: ORPHANS_CAUSE,
    subject: { containerIds: ids(orphans), before: ids(orphans) },
  };
}
