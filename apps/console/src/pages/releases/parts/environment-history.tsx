import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useApi } from '../../../api/index.ts';
import { AppLink, Loaded, PROMOTION_STATES, Section, StateBadge, TimeAgo } from '../../../ui/index.ts';
import { PlainTable } from './plain-table.tsx';

/** The last promotions to an environment. */
export function EnvironmentHistory({ environment }: { readonly environment: string }) {
  const query = useApi(RELEASES_ROUTES.listPromotions, { query: { environment, limit: 10 } });
  return (
    <Section
      title="Promotions"
      actions={<AppLink to={`/promotions?environment=${environment}`}>All promotions to {environment}</AppLink>}
    >
      <Loaded query={query}>
        {({ body }) => (
          <PlainTable
            label={`Promotions to ${environment}`}
            items={body.items}
            keyOf={({ id }) => id}
            empty="Nothing was promoted here yet."
            columns={[
              {
                id: 'release',
                title: 'Release',
                isRowHeader: true,
                cell: ({ id, release }) => <AppLink to={`/promotions/${id}`}>{release}</AppLink>,
              },
              { id: 'state', title: 'State', cell: ({ state }) => <StateBadge {...PROMOTION_STATES[state]} /> },
              { id: 'why', title: 'Why', cell: ({ sentence }) => sentence },
              { id: 'by', title: 'Requested by', cell: ({ requestedBy }) => requestedBy.name },
              { id: 'when', title: 'When', cell: ({ requestedAt }) => <TimeAgo at={requestedAt} /> },
            ]}
          />
        )}
      </Loaded>
    </Section>
  );
}
