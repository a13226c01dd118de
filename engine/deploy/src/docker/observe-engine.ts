import { LABELS } from '@stella-ops/engine-compose';
import type { ContainerRow } from '@stella-ops/engine-docker';
import type { ObservedContainer } from '../types.ts';
import type { ContainerEngine } from './container-engine.ts';

/** All containers of an engine; ours with the time of their start. A container that goes meanwhile is left out. */
export async function observeEngine(docker: ContainerEngine): Promise<readonly ObservedContainer[]> {
  const [rows, images] = await Promise.all([docker.listContainers([]), docker.listImages()]);
  const repoDigests = new Map(images.map((image) => [image.id as string, image.repoDigests]));
  const seen: ObservedContainer[] = [];
  for (const row of rows) {
    const labels = stellaLabels(row);
    const isOurs = Object.keys(labels).length > 0;
    const details = isOurs ? await docker.inspectContainer(row.id) : undefined;
    if (isOurs && details === undefined) continue;
    seen.push({
      containerId: row.id,
      name: details?.name ?? row.names.find((name) => !name.includes('/')) ?? row.id.slice(0, 12),
      labels,
      imageId: details?.imageId ?? row.imageId,
      repoDigests: (repoDigests.get(details?.imageId ?? row.imageId) ?? []).slice(0, 50),
      state: details?.state ?? row.state,
      health: details?.health ?? row.health,
      startedAt: details?.startedAt ?? null,
    });
  }
  return seen;
}

const MOST_LABELS = 32;
const OWN: ReadonlySet<string> = new Set(Object.values(LABELS));

/**
 * Labels of others may hold anything, and are nobody's business. Images bring labels to their containers, with our prefix
 * too: what the server would refuse is left out, and those by which a container is known come first.
 */
function stellaLabels(row: ContainerRow): Record<string, string> {
  const ours = Object.entries(row.labels).filter(
    ([name, value]) => name.startsWith('stella.') && isTellable(name, value),
  );
  const isOwn = ([name]: readonly [string, string]): number => Number(OWN.has(name));
  return Object.fromEntries(ours.sort((one, other) => isOwn(other) - isOwn(one)).slice(0, MOST_LABELS));
}

function isTellable(name: string, value: string): boolean {
  const text = name + value;
  return name.length <= 100 && value.length <= 300 && text.isWellFormed() && !text.includes('\0');
}
