import { type Release, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { AppLink, Button, DigestChip, EmptyState, Page, TimeAgo, useUrlText } from '../../ui/index.ts';
import { TextFilter } from '../common/filters.tsx';
import { ReleaseDialog } from './dialogs/release-dialog.tsx';
import { isSlug } from './model/fields.ts';

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
  {
    id: 'calendar',
    header: 'Calendar version',
    width: '140px',
    cell: ({ calendarVersion }) => <span>{calendarVersion}</span>,
    text: ({ calendarVersion }) => calendarVersion,
  },
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
  {
    id: 'digest',
    header: 'Digest',
    width: '170px',
    cell: ({ digest }) => <DigestChip digest={digest} what="digest of the release" />,
    text: ({ digest }) => digest,
  },
  {
    id: 'notes',
    header: 'Notes',
    width: 'minmax(160px, 2fr)',
    cell: ({ notes }) => <span title={notes}>{notes}</span>,
    text: ({ notes }) => notes,
  },
  {
    id: 'by',
    header: 'By',
    width: '110px',
    cell: ({ createdBy }) => <span>{createdBy.name}</span>,
    text: ({ createdBy }) => createdBy.name,
  },
  {
    id: 'created',
    header: 'Created',
    width: '110px',
    cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
    text: ({ createdAt }) => createdAt,
  },
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
