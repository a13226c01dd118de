import { type Environment, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { nowMs, usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { AppLink, Button, EmptyState, Page, TimeAgo } from '../../ui/index.ts';
import { linkColumn, numberColumn, timeColumn } from '../common/columns.tsx';
import { EnvironmentDialog } from './dialogs/environment-dialog.tsx';
import { freezeOf } from './model/freeze-state.ts';
import { EnvironmentBadge } from './parts/environment-badge.tsx';

const COLUMNS: readonly Column<Environment>[] = [
  numberColumn('order', 'Place', ({ order }) => order, { width: '70px' }),
  linkColumn(
    'name',
    'Environment',
    ({ name }) => name,
    ({ id }) => `/environments/${id}`,
    { isName: true, width: 'minmax(130px, 1fr)' },
  ),
  {
    id: 'state',
    header: 'State',
    width: '110px',
    cell: (environment) => <EnvironmentBadge environment={environment} />,
    text: (environment) => (freezeOf(environment, nowMs())?.isActive === true ? 'frozen' : 'open'),
  },
  {
    id: 'current',
    header: 'Release',
    width: 'minmax(130px, 1fr)',
    cell: ({ current }) =>
      current === null ? (
        <span className="quiet">nothing yet</span>
      ) : (
        <AppLink to={`/releases/${current.releaseId}`}>{current.release}</AppLink>
      ),
    text: ({ current }) => current?.release ?? null,
  },
  timeColumn('since', 'Since', ({ current }) => current?.since ?? null),
  numberColumn('approvals', 'Approvals', ({ requiredApprovals }) => requiredApprovals, { width: '100px' }),
  {
    id: 'separation',
    header: 'Own requests',
    width: 'minmax(130px, 1fr)',
    cell: ({ isSeparationOfDuties }) => <span>{isSeparationOfDuties ? 'another approves' : 'may approve'}</span>,
    text: ({ isSeparationOfDuties }) => String(!isSeparationOfDuties),
  },
  {
    id: 'policy',
    header: 'Policy',
    width: 'minmax(120px, 1fr)',
    cell: ({ policy }) => (policy === null ? <span className="quiet">active default</span> : <span>{policy}</span>),
    text: ({ policy }) => policy,
  },
  {
    id: 'freeze',
    header: 'Next freeze',
    width: '130px',
    cell: (environment) => {
      const frozen = freezeOf(environment, nowMs());
      if (frozen === undefined) return <span className="quiet">none</span>;
      return (
        <TimeAgo
          at={frozen.isActive ? frozen.freeze.endsAt : frozen.freeze.startsAt}
          prefix={frozen.isActive ? 'ends ' : ''}
        />
      );
    },
    text: (environment) => freezeOf(environment, nowMs())?.freeze.startsAt ?? null,
  },
];

/** Every environment in its order. */
export function Component() {
  const whyNot = useWhyNot()('environment.write');
  const [isCreating, setCreating] = useState(false);
  const pages = usePages(RELEASES_ROUTES.listEnvironments, {});
  const frozen = pages.items.filter((one) => freezeOf(one, nowMs())?.isActive === true);
  const create = (
    <Button kind="primary" icon="plus" disabledReason={whyNot} onPress={() => setCreating(true)}>
      Create environment…
    </Button>
  );
  return (
    <Page
      title="Environments"
      sentence={pages.isPending ? undefined : sentenceOf(pages.items, frozen)}
      actions={create}
      command="stella env list"
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="environments"
        label="Environments"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/environments/${id}`}
        empty={
          <EmptyState
            title="No environments yet"
            icon="environment"
            command="stella env create dev --order 1"
            action={create}
          >
            Environments are the ordered places that releases go to: dev, stage, prod.
          </EmptyState>
        }
      />
      <EnvironmentDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}

function sentenceOf(all: readonly Environment[], frozen: readonly Environment[]): string {
  if (all.length === 0) return 'No environments yet.';
  const order = all.map(({ name }) => name).join(', then ');
  const state = frozen.length === 0 ? 'None is frozen.' : `Frozen: ${frozen.map(({ name }) => name).join(', ')}.`;
  return `Releases go to ${order}. ${state}`;
}
