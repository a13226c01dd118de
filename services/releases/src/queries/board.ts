import type { RequestContext } from '@stella-ops/platform/http';
import type { Deps } from '../deps.ts';
import { boardCell } from '../domain/board-cell.ts';
import { boardComponents, boardEnvironments, boardPromotions, boardReleases } from '../store/board.ts';

/** What runs where: four queries, whatever the number of components and environments. */
export async function getBoard({ host, clock }: Deps, { caller }: Pick<RequestContext, 'caller'>) {
  const asOf = clock.now();
  const { environments, components, open, releases } = await host.database.withTenant(
    caller.tenantId,
    async (tx) => {
      const environments = await boardEnvironments(tx, asOf);
      const components = await boardComponents(tx);
      const open = await boardPromotions(tx);
      const ids = [
        ...environments.flatMap(({ currentReleaseId, deployment, done }) =>
          [currentReleaseId, deployment?.releaseId, done?.releaseId].filter((id) => typeof id === 'string'),
        ),
        ...open.map(({ releaseId }) => releaseId),
      ];
      return { environments, components, open, releases: await boardReleases(tx, [...new Set(ids)]) };
    },
    { isReadOnly: true },
  );
  const byId = new Map(releases.map((release) => [release.id, release]));
  const openIn = Map.groupBy(open, ({ environmentId }) => environmentId);
  return {
    status: 200 as const,
    body: {
      environments: environments.map(({ id, name, order, isFrozen, targets }) => ({
        id,
        name,
        order,
        isFrozen,
        targets,
      })),
      rows: components.map(({ id, name, repository }) => ({
        component: name,
        componentId: id,
        repository,
        cells: environments.map((one) => boardCell(name, one, openIn.get(one.id) ?? [], byId)),
      })),
      asOf,
    },
  };
}
