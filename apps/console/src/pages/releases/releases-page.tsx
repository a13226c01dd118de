import { type Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { AppLink, Button, EmptyState, Page, useUrlText } from '../../ui/index.ts';
import { digestColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { TextFilter } from '../common/filters.tsx';
import { ReleaseDialog } from './dialogs/release-dialog.tsx';
import { isSlug } from '../common/slug.ts';

import { ReleaseMode } from './parts/release-mode.tsx';

const COLUMNS: readonly Column<Release>[] = [
  {
    id: 'release',
    header: 'Release',
    isName: true,
    width: 'minmax(150px, 1fr)',
    cell: ({ id, name, version }) => (
      <AppLink to={`/releases/${id}`}>
        {name} {version}
      </AppLink>
    ),
    text: ({ name, version }) => `${name} ${version}`,
  },
  textColumn('calendar', 'Calendar version', ({ calendarVersion }) => calendarVersion, { width: '140px' }),
  {
    id: 'mode',
    header: 'Evidence',
    width: '130px',
    cell: ({ mode }) => <ReleaseMode mode={mode} />,
    text: ({ mode }) => mode,
  },
  {
    id: 'components',
    header: 'Components',
    width: 'minmax(140px, 1.4fr)',
    cell: ({ components }) => <span>{components.map(({ component }) => component).join(', ')}</span>,
    text: ({ components }) => components.map(({ component }) => component).join(' '),
  },
  digestColumn('digest', 'Digest', ({ digest }) => digest, 'digest of the release', { width: '170px' }),
  textColumn('notes', 'Notes', ({ notes }) => notes, { width: 'minmax(160px, 2fr)' }),
  textColumn('by', 'By', ({ createdBy }) => createdBy.name, { width: '110px' }),
  timeColumn('created', 'Created', ({ createdAt }) => createdAt),
];

/** Every release, newest first. */
export function Component() {
  const whyNot = useWhyNot()('release.write');
  const [product] = useUrlText('product');
  const [isCreating, setCreating] = useState(false);
  const name = product !== undefined && isSlug(product) ? product : undefined;
  const pages = usePages(RELEASES_ROUTES.listReleases, { query: name === undefined ? {} : { name } });
  const create = (
    <Button kind="primary" icon="plus" disabledReason={whyNot} onPress={() => setCreating(true)}>
      Create release…
    </Button>
  );
  const [newest] = pages.items;
  return (
    <Page
      title="Releases"
      sentence={
        pages.isPending
          ? undefined
          : newest === undefined
            ? 'No releases here.'
            : `${newest.name} ${newest.version} is the newest. A release never changes.`
      }
      actions={create}
      command="stella release list"
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="releases"
        label="Releases"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/releases/${id}`}
        filters={<TextFilter name="product" label="Product" placeholder="whole name" />}
        empty={
          name === undefined ? (
            <EmptyState
              title="No releases yet"
              icon="release"
              command="stella release create shop 1.0.0 --component web=1.0.0"
              action={create}
            >
              A release maps components to digests. Tags are resolved once, when it is made.
            </EmptyState>
          ) : (
            <EmptyState title={`No release of a product named ${name}`} icon="search">
              The filter takes the whole name of a product.
            </EmptyState>
          )
        }
      />
      <ReleaseDialog isOpen={isCreating} onClose={() => setCreating(false)} />
    </Page>
  );
}
