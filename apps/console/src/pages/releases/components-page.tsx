import { type Component as ComponentData, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { Button, EmptyState, Page } from '../../ui/index.ts';
import { linkColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { ComponentDialog } from './dialogs/component-dialog.tsx';

const COLUMNS: readonly Column<ComponentData>[] = [
  linkColumn(
    'name',
    'Component',
    ({ name }) => name,
    ({ id }) => `/components/${id}`,
    { isName: true, width: 'minmax(140px, 1fr)' },
  ),
  {
    id: 'repository',
    header: 'Repository',
    width: 'minmax(220px, 2fr)',
    cell: ({ repository }) => <code title={repository}>{repository}</code>,
    text: ({ repository }) => repository,
  },
  textColumn('description', 'Description', ({ description }) => description, { width: 'minmax(180px, 2fr)' }),
  timeColumn('created', 'Created', ({ createdAt }) => createdAt, { width: '120px' }),
];

/** Every component, by name. */
export function Component() {
  const whyNot = useWhyNot()('component.write');
  const [isCreating, setCreating] = useState(false);
  const pages = usePages(RELEASES_ROUTES.listComponents, {});
  const count = pages.items.length;
  const create = (
    <Button kind="primary" icon="plus" disabledReason={whyNot} onPress={() => setCreating(true)}>
      Create component…
    </Button>
  );
  return (
    <Page
      title="Components"
      sentence={
        pages.isPending
          ? undefined
          : count === 0
            ? 'No components yet.'
            : `${count}${pages.hasMore ? ' or more' : ''} deployable part${count === 1 ? '' : 's'}, each tied to an image repository.`
      }
      actions={create}
      command="stella component list"
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="components"
        label="Components"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/components/${id}`}
        empty={
          <EmptyState
            title="No components yet"
            icon="box"
            command="stella component create web registry.example/shop/web"
            action={create}
          >
            A component is a deployable part of a product, tied to an image repository.
          </EmptyState>
        }
      />
      <ComponentDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}
