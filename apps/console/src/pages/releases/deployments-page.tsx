import { DEPLOYMENTS_ROUTES, type DeploymentSummary } from '@stella-ops/contracts/deployments';
import { usePages } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { DEPLOYMENT_STATES, duration, EmptyState, Page } from '../../ui/index.ts';
import { useUrlText } from '../../ui/index.ts';
import { stateColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { starterName } from './model/started-by.ts';
import { hasEnded } from './model/task-progress.ts';
import { movementColumns } from './parts/movement-columns.tsx';

const tookMs = ({ createdAt, finishedAt }: DeploymentSummary): number | null =>
  finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(createdAt);

const COLUMNS: readonly Column<DeploymentSummary>[] = [
  ...movementColumns<DeploymentSummary>('/deployments'),
  {
    id: 'kind',
    header: 'Kind',
    width: '120px',
    cell: ({ kind }) => (kind === 'rollback' ? 'Rollback' : 'Deployment'),
    text: ({ kind }) => kind,
  },
  stateColumn('state', 'State', DEPLOYMENT_STATES, ({ state }) => state, { width: '140px' }),
  {
    id: 'targets',
    header: 'Targets',
    width: '90px',
    isNumber: true,
    cell: ({ targets }) => `${targets.succeeded} of ${targets.total}`,
    text: ({ targets }) => targets.total,
  },
  textColumn('why', 'What happened', ({ sentence }) => sentence, { width: 'minmax(220px, 3fr)' }),
  textColumn('by', 'Started by', ({ startedBy }) => starterName(startedBy), { width: '110px' }),
  timeColumn('began', 'Began', ({ createdAt }) => createdAt),
  {
    id: 'took',
    header: 'Took',
    width: '80px',
    isNumber: true,
    cell: (deployment) => {
      const ms = tookMs(deployment);
      return ms === null ? '–' : duration(ms);
    },
    text: tookMs,
  },
];

/** Every deployment and rollback, newest first. */
export function Component() {
  const [environment] = useUrlText('environment');
  const pages = usePages(DEPLOYMENTS_ROUTES.listDeployments, {
    query: environment === undefined ? {} : { environment },
  });
  const running = pages.items.filter((one) => !hasEnded(one)).length;
  const [newest] = pages.items;
  return (
    <Page
      title="Deployments"
      sentence={
        pages.isPending
          ? undefined
          : newest === undefined
            ? 'Nothing was deployed yet.'
            : running === 0
              ? 'Nothing is being deployed now.'
              : `${running} ${running === 1 ? 'is' : 'are'} under way.`
      }
      command={`stella deployment list${environment === undefined ? '' : ` --env ${environment}`}`}
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="deployments"
        label="Deployments"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/deployments/${id}`}
        empty={
          <EmptyState
            title="No deployments yet"
            icon="deploy"
            command="stella target add NAME --env ENVIRONMENT --agent AGENT"
          >
            An approved promotion is deployed by itself once its environment has targets and a template.
          </EmptyState>
        }
      />
    </Page>
  );
}
