import type { Target } from '@stella-ops/contracts/deployments';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { AppLink, EmptyState, Loaded, Section, StateBadge, TARGET_STATES, TimeAgo } from '../../../ui/index.ts';
import { DriftCell } from '../../common/drift-cell.tsx';
import { PlainTable } from './plain-table.tsx';

interface Query {
  readonly data: { readonly body: { readonly items: readonly Target[] } } | undefined;
  readonly error: AppError | null;
  refetch(): unknown;
}

/** Where an environment runs, and where what runs differs from what should. */
export function EnvironmentTargets({ environment, query }: { readonly environment: string; readonly query: Query }) {
  return (
    <Section title="Targets">
      <Loaded query={query}>
        {({ body }) =>
          body.items.length === 0 ? (
            <EmptyState
              title="No targets"
              icon="target"
              command={`stella target add NAME --env ${environment} --agent AGENT`}
            >
              Approved releases are recorded here but deployed nowhere. Add the targets of this environment.
            </EmptyState>
          ) : (
            <PlainTable
              label={`Targets of ${environment}`}
              items={body.items}
              keyOf={({ id }) => id}
              columns={[
                {
                  id: 'name',
                  title: 'Target',
                  isRowHeader: true,
                  cell: ({ id, name }) => <AppLink to={`/targets/${id}`}>{name}</AppLink>,
                },
                { id: 'status', title: 'State', cell: ({ status }) => <StateBadge {...TARGET_STATES[status]} /> },
                { id: 'drift', title: 'Drift', cell: (target) => <DriftCell target={target} hasSentence /> },
                {
                  id: 'release',
                  title: 'Runs',
                  cell: ({ release, releaseId }) =>
                    release === null || releaseId === null ? (
                      <span className="quiet">Nothing yet</span>
                    ) : (
                      <AppLink to={`/releases/${releaseId}`}>{release}</AppLink>
                    ),
                },
                {
                  id: 'kind',
                  title: 'Kind',
                  cell: ({ kind }) => (kind === 'docker' ? 'Docker Engine' : 'Script host'),
                },
                { id: 'seen', title: 'Last seen', cell: ({ lastSeenAt }) => <TimeAgo at={lastSeenAt} /> },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  );
}
