import { setTimeout as pause } from 'node:timers/promises';
import { type ComposePlan, LABELS, type PlannedService } from '@stella-ops/engine-compose';
import { isDigest } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import type { Executor, ReceiptService, Step, StepContext, StepFacts } from '../types.ts';
import type { ContainerEngine, DockerExecutorOptions } from './container-engine.ts';
import { aliasesOf, containerSpec, networkName } from './container-spec.ts';
import { ensureImage } from './ensure-image.ts';
import { isImage } from '../drift.ts';
import { observeEngine } from './observe-engine.ts';
import { planDeployment } from './plan-deployment.ts';
import { recordDeployment } from './record-deployment.ts';
import { undoDeployment } from './undo-deployment.ts';
import { waitHealthy } from './wait-healthy.ts';

const NOTHING: StepFacts = {};

/** Carries Compose plans out on a Docker Engine. */
export function dockerExecutor(options: DockerExecutorOptions): Executor<ComposePlan> {
  const { docker } = options;
  return {
    observe: () => observeEngine(docker),
    prepare: async (plan) => planDeployment(plan, await observeEngine(docker)),
    perform: (plan, step, context) => perform(options, plan, step, context),
    undo: (plan, begun, _failed, _facts, planned) => undoDeployment(plan, begun, planned),
    describe: (plan, facts) => describe(docker, plan, facts),
  };
}

async function perform(
  options: DockerExecutorOptions,
  plan: ComposePlan,
  step: Step,
  context: StepContext,
): Promise<StepFacts> {
  const { docker } = options;
  const { subject = {} } = step;
  switch (step.action) {
    case 'pull':
      return { imageId: await ensureImage(options, serviceOf(plan, step).image, context) };
    case 'network':
    case 'volume':
      return ensureResource(docker, plan, step.action, subject.key ?? '');
    case 'create':
      return create(docker, plan, step, context);
    case 'start':
      if (subject.containerIds !== undefined) return startAgain(docker, subject.containerIds, subject.name);
      return start(docker, factOf(context, `${step.service}:create`, 'containerId'));
    case 'wait-healthy': {
      const one = await waitHealthy(options, factOf(context, `${step.service}:create`, 'containerId'), context);
      return { startedAt: one.startedAt, health: one.health };
    }
    case 'stop':
      return stop(docker, plan, step);
    case 'remove':
      for (const id of subject.containerIds ?? (await newContainers(docker, plan, step))) {
        await docker.removeContainer(id);
      }
      return NOTHING;
    case 'record':
      return recordDeployment(options.folder, plan, context.clock.now());
    default:
      throw new Error(`no step ${step.action} on an engine`);
  }
}

function serviceOf(plan: ComposePlan, step: Step): PlannedService {
  const service = plan.services.find((one) => one.name === step.service);
  if (service === undefined) throw new Error(`no service ${step.service} in the plan`);
  return service;
}

function factOf(context: StepContext, step: string, name: string): string {
  const fact = context.facts.get(step)?.[name];
  if (typeof fact !== 'string') throw new Error(`step ${step} left no ${name}`);
  return fact;
}

async function ensureResource(
  docker: ContainerEngine,
  plan: ComposePlan,
  kind: 'network' | 'volume',
  key: string,
): Promise<StepFacts> {
  const wanted = plan[kind === 'network' ? 'networks' : 'volumes'].find((one) => one.key === key);
  if (wanted === undefined) throw new Error(`no ${kind} ${key} in the plan`);
  const { name, isExternal } = wanted;
  const found = await (kind === 'network' ? docker.inspectNetwork(name) : docker.inspectVolume(name));
  if (found === undefined && isExternal)
    throw fail('DEPLOY_RESOURCE_MISSING', `there is no ${kind} "${name}" on the host`);
  if (found !== undefined && !isExternal && found.labels[LABELS.project] !== plan.project) {
    throw fail('DEPLOY_RESOURCE_FOREIGN', `the ${kind} "${name}" on the host belongs to somebody else`);
  }
  if (found === undefined) {
    const labels = { [LABELS.project]: plan.project, [LABELS.environment]: plan.environment };
    await (kind === 'network' ? docker.createNetwork(name, labels) : docker.createVolume(name, labels));
  }
  return NOTHING;
}

/** Containers that this deployment made for the service of a step, whoever made them: this run or one that was killed. */
async function newContainers(docker: ContainerEngine, plan: ComposePlan, step: Step): Promise<readonly string[]> {
  const labels = [
    `${LABELS.project}=${plan.project}`,
    `${LABELS.deployment}=${plan.deploymentId}`,
    `${LABELS.service}=${step.service}`,
  ];
  const rows = await docker.listContainers(labels);
  return rows.map((row) => row.id).filter((id) => step.subject?.before?.includes(id) !== true);
}

async function create(
  docker: ContainerEngine,
  plan: ComposePlan,
  step: Step,
  context: StepContext,
): Promise<StepFacts> {
  const service = serviceOf(plan, step);
  const imageId = factOf(context, `${service.name}:pull`, 'imageId');
  const name = step.subject?.name ?? service.name;
  const id = await createOnce(docker, plan, step, service, name, imageId, context);
  const made = await docker.inspectContainer(id);
  if (made === undefined) throw fail('DEPLOY_CONTAINER_GONE', `the new container ${name} is gone`);
  if (made.imageId !== imageId && !isImage({ imageId: made.imageId, repoDigests: [] }, service.image)) {
    throw fail('DEPLOY_DIGEST_MISMATCH', `${name} was made of ${made.imageId}, not of ${imageId}`);
  }
  if (made.state === 'created') {
    for (const attachment of service.settings.networks.slice(1)) {
      await docker.connectNetwork(networkName(plan, attachment.network), id, aliasesOf(service, attachment));
    }
  }
  return { containerId: id, imageId: made.imageId };
}

/**
 * Looks before it creates. A creation that a killed process had asked for may still be going on in the Engine, which
 * then keeps the name: what has our name and labels in a moment is the one.
 */
async function createOnce(
  docker: ContainerEngine,
  plan: ComposePlan,
  step: Step,
  service: PlannedService,
  name: string,
  imageId: string,
  context: StepContext,
): Promise<string> {
  for (let attempt = 0; attempt < 20; attempt++) {
    context.signal.throwIfAborted();
    const [present] = await newContainers(docker, plan, step);
    if (present !== undefined) return present;
    const made = await docker.createContainer(name, containerSpec(plan, service, imageId));
    if (made.outcome === 'created') return made.id;
    const holder = await docker.inspectContainer(name);
    const isOurs = holder === undefined || holder.labels[LABELS.deployment] === plan.deploymentId;
    if (!isOurs || (holder !== undefined && step.subject?.before?.includes(holder.id) === true)) break;
    await pause(100, undefined, { signal: context.signal });
  }
  throw fail('DEPLOY_NAME_TAKEN', `another container of the host is named ${name}`);
}

/** A container that has run was started before, by us: whatever became of it, it is not started twice. */
async function start(docker: ContainerEngine, id: string): Promise<StepFacts> {
  const one = await docker.inspectContainer(id);
  if (one === undefined) throw fail('DEPLOY_CONTAINER_GONE', `the new container ${id.slice(0, 12)} is gone`);
  if (one.startedAt === null) await docker.startContainer(id);
  return NOTHING;
}

async function startAgain(
  docker: ContainerEngine,
  containerIds: readonly string[],
  name: string | undefined,
): Promise<StepFacts> {
  const [first] = containerIds;
  if (first !== undefined && name !== undefined && (await docker.inspectContainer(first))?.name !== name) {
    await docker.renameContainer(first, name);
  }
  for (const id of containerIds) {
    const one = await docker.inspectContainer(id);
    if (one === undefined) throw fail('DEPLOY_CONTAINER_GONE', `what ran before (${id.slice(0, 12)}) is gone`);
    if (one.state !== 'running') await docker.startContainer(id);
  }
  return NOTHING;
}

async function stop(docker: ContainerEngine, plan: ComposePlan, step: Step): Promise<StepFacts> {
  const graceMs = plan.services.find((one) => one.name === step.service)?.settings.stopGracePeriodMs ?? 10_000;
  for (const id of step.subject?.containerIds ?? []) {
    await docker.stopContainer(id, graceMs);
    const name = step.subject?.name;
    // A fixed name is needed for the new container; with its id behind it the old one is still found by people.
    if (name !== undefined && (await docker.inspectContainer(id))?.name === name) {
      await docker.renameContainer(id, `${name}-${id.slice(0, 12)}`);
    }
  }
  return NOTHING;
}

async function describe(
  docker: ContainerEngine,
  plan: ComposePlan,
  facts: ReadonlyMap<string, StepFacts>,
): Promise<readonly ReceiptService[]> {
  const seen = await observeEngine(docker);
  return plan.services.flatMap((service) => {
    const made = facts.get(`${service.name}:create`)?.['containerId'];
    const ours = seen.filter(
      ({ labels, state }) =>
        labels[LABELS.project] === plan.project && labels[LABELS.service] === service.name && state === 'running',
    );
    const one = ours.find(({ containerId }) => containerId === made) ?? ours[0];
    if (one === undefined) return [];
    // After a way back this is what the old container says of itself, not what the plan wanted.
    const isPlanned = isImage(one, service.image);
    const label = one.labels[LABELS.digest];
    return [
      {
        service: service.name,
        containerId: one.containerId,
        imageId: one.imageId,
        manifestDigest: isPlanned || !isDigest(label) ? service.image.manifestDigest : label,
        configDigest: isPlanned ? service.image.configDigest : isDigest(one.imageId) ? one.imageId : null,
        startedAt: one.startedAt,
      },
    ];
  });
}
