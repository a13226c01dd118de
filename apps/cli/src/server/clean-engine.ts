import { LABELS, projectName } from '@stella-ops/engine-compose';
import type { ContainerClient } from '@stella-ops/engine-docker';
import type { Client } from '@stella-ops/contracts';
import type { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { AppError } from '@stella-ops/engine-kernel';

/** What was made on an Engine for one target, and goes. */
export interface Cleaned {
  readonly removed: readonly string[];
  /** Networks and volumes that containers of others hold on to. */
  readonly kept: readonly string[];
}

/** What is made for a target carries both. */
export interface Mark {
  readonly environment: string;
  readonly project: string;
}

const labelsOf = ({ environment, project }: Mark): string[] => [
  `${LABELS.project}=${project}`,
  `${LABELS.environment}=${environment}`,
];

/** Removes everything that carries the mark: containers, networks, and volumes with what is in them. Images stay. */
export async function cleanEngine(docker: ContainerClient, mark: Mark): Promise<Cleaned> {
  const labels = labelsOf(mark);
  const removed: string[] = [];
  const kept: string[] = [];
  for (const { id, names } of await docker.listContainers(labels)) {
    await docker.removeContainer(id);
    removed.push(`container ${names[0] ?? id.slice(0, 12)}`);
  }
  const note = (outcome: 'removed' | 'gone' | 'in-use', what: string): void => {
    if (outcome !== 'gone') (outcome === 'removed' ? removed : kept).push(what);
  };
  for (const { name } of await docker.listNetworks(labels)) note(await docker.removeNetwork(name), `network ${name}`);
  for (const { name } of await docker.listVolumes(labels)) note(await docker.removeVolume(name), `volume ${name}`);
  return { removed, kept };
}

/** Whether anything on an Engine carries the mark. */
export async function isOnEngine(docker: ContainerClient, mark: Mark): Promise<boolean> {
  const labels = labelsOf(mark);
  const lists = await Promise.all([
    docker.listContainers(labels),
    docker.listNetworks(labels),
    docker.listVolumes(labels),
  ]);
  return lists.some(({ length }) => length > 0);
}

/**
 * Marks of a target that was taken out while something of it was left. Another server may have had a target of that name on
 * this Engine: only what carries a deployment that this server knows is ours to remove.
 */
export async function leftMarks(
  docker: ContainerClient,
  deployments: Client<typeof DEPLOYMENTS_ROUTES>,
  tenantId: string,
  target: string,
): Promise<Mark[]> {
  const ours = new Map<string, Mark>();
  for (const { labels } of await docker.listContainers([LABELS.project, LABELS.deployment])) {
    const { [LABELS.project]: project, [LABELS.environment]: environment, [LABELS.deployment]: deploymentId } = labels;
    if (project === undefined || environment === undefined || deploymentId === undefined || ours.has(project)) continue;
    if (projectName(tenantId, environment, target) !== project) continue;
    if (await isKnown(deployments, deploymentId)) ours.set(project, { environment, project });
  }
  return [...ours.values()];
}

async function isKnown(deployments: Client<typeof DEPLOYMENTS_ROUTES>, deploymentId: string): Promise<boolean> {
  try {
    await deployments.getDeployment({ params: { deploymentId } });
    return true;
  } catch (error) {
    // A label may hold anything, also what is no id.
    if (error instanceof AppError && (error.status === 404 || error.status === 400)) return false;
    throw error;
  }
}
