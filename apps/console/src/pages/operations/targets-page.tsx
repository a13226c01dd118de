import '../common/layout.css';
import { DEPLOYMENTS_ROUTES, type Target } from '@stella-ops/contracts/deployments';
import { useState } from 'react';
import { usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { AppLink, Button, EmptyState, Page, TARGET_STATES, useUrlQuery } from '../../ui/index.ts';
import { linkColumn, stateColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { command } from '../common/command-word.ts';
import { DriftCell } from '../common/drift-cell.tsx';
import { NoMatch } from '../common/no-match.tsx';
import { isSlug } from '../common/slug.ts';
import { counted } from '../common/words.ts';
import { AddTargetDialog } from './dialogs/add-target-dialog.tsx';

const COLUMNS: readonly Column<Target>[] = [
  linkColumn(
    'name',
    'Target',
    ({ name }) => name,
    ({ id }) => `/targets/${id}`,
    { isName: true, width: 'minmax(140px, 1.2fr)' },
  ),
  linkColumn(
    'environment',
    'Environment',
    ({ environment }) => environment,
    ({ environmentId }) => `/environments/${environmentId}`,
    { width: 'minmax(100px, 0.8fr)' },
  ),
  stateColumn('status', 'State', TARGET_STATES, ({ status }) => status, { width: '150px' }),
  {
    id: 'release',
    header: 'Runs',
    width: 'minmax(130px, 1fr)',
    cell: ({ release, releaseId, status }) =>
      releaseId === null ? (
        <span className="quiet">nothing yet</span>
      ) : (
        <>
          <AppLink to={`/releases/${releaseId}`}>{release ?? 'release'}</AppLink>
          {status === 'online' ? null : <span className="small">last known</span>}
        </>
      ),
    text: ({ release }) => release,
  },
  {
    id: 'drift',
    header: 'Drift',
    width: 'minmax(150px, 1fr)',
    cell: (target) => <DriftCell target={target} />,
    text: ({ drift }) => drift.map(({ kind }) => kind).join(' '),
  },
  timeColumn('seen', 'Last seen', ({ lastSeenAt }) => lastSeenAt),
  linkColumn(
    'agent',
    'Agent',
    ({ agent }) => agent,
    ({ agentId }) => `/agents?agent=${agentId}`,
    { width: '120px' },
  ),
  {
    id: 'kind',
    header: 'Kind',
    width: '120px',
    cell: ({ kind }) => (kind === 'docker' ? 'Docker Engine' : 'Script host'),
    text: ({ kind }) => kind,
  },
  textColumn('engine', 'Engine', ({ engineVersion }) => engineVersion, { width: '100px', isExtra: true }),
  textColumn('platform', 'Platform', ({ platform }) => platform, { width: '120px', isExtra: true }),
];

export function Component() {
  const { environment = '' } = useUrlQuery();
  const hasEnvironment = isSlug(environment);
  const whyNot = useWhyNot();
  const [isAdding, setAdding] = useState(false);
  const pages = usePages(DEPLOYMENTS_ROUTES.listTargets, { query: hasEnvironment ? { environment } : {} });
  return (
    <Page
      title="Targets"
      sentence={pages.isPending ? ' ' : sentenceOf(pages.items)}
      actions={
        <Button kind="primary" icon="plus" onPress={() => setAdding(true)} disabledReason={whyNot('environment.write')}>
          Add target…
        </Button>
      }
      command={command('stella target list', { env: hasEnvironment ? environment : undefined })}
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="targets"
        label="Targets"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/targets/${id}`}
        empty={
          hasEnvironment ? (
            <NoMatch what="targets" />
          ) : (
            <EmptyState
              title="Nothing to deploy to yet"
              icon="target"
              command="stella target add NAME --env ENV --agent AGENT"
            >
              Enrol an agent on the host first, then add the host as a target of an environment.
            </EmptyState>
          )
        }
      />
      <AddTargetDialog isOpen={isAdding} onClose={() => setAdding(false)} />
    </Page>
  );
}

function sentenceOf(targets: readonly Target[]): string {
  if (targets.length === 0) return 'No target is known yet.';
  const silent = targets.filter(({ status }) => status !== 'online').length;
  const drifting = targets.filter(({ status, drift }) => status === 'online' && drift.length > 0).length;
  const parts = [
    drifting === 0 ? undefined : `${counted(drifting, 'has', 'have')} drift`,
    silent === 0 ? undefined : `${counted(silent, 'is', 'are')} silent, so what runs there is not known`,
  ].filter((part) => part !== undefined);
  const all = counted(targets.length, 'target');
  return parts.length === 0 ? `${all}; all of them run what they should.` : `${all}; ${parts.join(', ')}.`;
}
