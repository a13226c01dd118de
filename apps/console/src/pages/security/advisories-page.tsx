import { type AdvisorySnapshot, CONCELIER_ROUTES, type Observation } from '@stella-ops/contracts/concelier';
import { useState } from 'react';
import { usePages, useCommand, useWhyNot } from '../../api/index.ts';
import { type Column } from '../../ui/grid/index.ts';
import {
  AppLink,
  Button,
  EmptyState,
  ErrorState,
  Page,
  StateBadge,
  Tabs,
  TimeAgo,
  useUrlQuery,
} from '../../ui/index.ts';
import { digestColumn, numberColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { DownloadGrid } from '../common/download-grid.tsx';
import { TextFilter } from '../common/filters.tsx';
import { ACTIVE } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { counted, fileSize } from '../common/words.ts';
import { ImportAdvisoriesDialog } from './dialogs/import-advisories-dialog.tsx';

export function Component() {
  const whyNot = useWhyNot();
  const snapshots = usePages(CONCELIER_ROUTES.listSnapshots, { query: {} });
  const create = useCommand(CONCELIER_ROUTES.createSnapshot);
  const [isImporting, setImporting] = useState(false);
  const current = snapshots.items[0];
  return (
    <Page
      title="Advisories"
      sentence={
        snapshots.isPending ? (
          ' '
        ) : current === undefined ? (
          'There is no snapshot yet, so nothing can be decided.'
        ) : (
          <>
            Decisions use the snapshot of {counted(current.records, 'record')} made <TimeAgo at={current.createdAt} />.
          </>
        )
      }
      actions={
        <>
          <Button
            icon="freeze"
            isPending={create.isPending}
            onPress={() => create.mutate({ body: {} })}
            disabledReason={whyNot('advisory.ingest')}
          >
            Make snapshot
          </Button>
          <Button
            kind="primary"
            icon="plus"
            onPress={() => setImporting(true)}
            disabledReason={whyNot('advisory.ingest')}
          >
            Import advisories…
          </Button>
        </>
      }
      command="stella advisories snapshot"
      asOfMs={snapshots.asOfMs}
    >
      {create.error === null ? null : <ErrorState error={create.error} />}
      <ImportAdvisoriesDialog isOpen={isImporting} onClose={() => setImporting(false)} />
      <Tabs
        label="Snapshots and records"
        tabs={[
          { id: 'snapshots', label: 'Snapshots', content: <Snapshots pages={snapshots} currentId={current?.id} /> },
          { id: 'records', label: 'Records', content: <Records /> },
        ]}
      />
    </Page>
  );
}

interface SnapshotsProps {
  readonly pages: ReturnType<typeof usePages<typeof CONCELIER_ROUTES.listSnapshots>>;
  readonly currentId: string | undefined;
}

function Snapshots({ pages, currentId }: SnapshotsProps) {
  const columns: readonly Column<AdvisorySnapshot>[] = [
    digestColumn('digest', 'Snapshot', ({ digest }) => digest, 'digest of the snapshot', {
      isName: true,
      width: 'minmax(170px, 1fr)',
    }),
    {
      id: 'state',
      header: 'State',
      width: '130px',
      cell: ({ id }) => (id === currentId ? <StateBadge {...ACTIVE} word="Current" /> : ''),
      text: ({ id }) => (id === currentId ? 'current' : ''),
    },
    numberColumn('records', 'Records', ({ records }) => records),
    {
      id: 'size',
      header: 'Index size',
      width: '110px',
      isNumber: true,
      cell: ({ sizeBytes }) => fileSize(sizeBytes),
      text: ({ sizeBytes }) => sizeBytes,
    },
    digestColumn('index', 'Index file', ({ indexDigest }) => indexDigest, 'digest of the index file', {
      width: '170px',
    }),
    timeColumn('made', 'Made', ({ createdAt }) => createdAt, { width: 'minmax(110px, 1fr)' }),
  ];
  return (
    <DownloadGrid
      name="advisory-snapshots"
      label="Advisory snapshots"
      columns={columns}
      pages={pages}
      rowId={({ id }) => id}
      download={{
        route: CONCELIER_ROUTES.downloadSnapshot,
        type: 'application/octet-stream',
        label: 'Download the index file',
        input: ({ id }) => ({ params: { snapshotId: id } }),
        fileName: ({ digest }) => `advisories-${digest.slice(7, 19)}.idx`,
      }}
      empty={
        <EmptyState
          title="No snapshot yet"
          icon="freeze"
          command="stella advisories import FILE && stella advisories snapshot"
        >
          Import advisories, then freeze what is known into a snapshot: decisions name it, and can be replayed with it.
        </EmptyState>
      }
    />
  );
}

/** Where everything that is said of a vulnerability stands. */
const advisoryPath = (id: string): string => `/advisories/${encodeURIComponent(id)}`;

const RECORD_COLUMNS: readonly Column<Observation>[] = [
  {
    id: 'id',
    header: 'Record',
    isName: true,
    width: 'minmax(195px, 1fr)',
    cell: ({ advisoryId }) => <AppLink to={advisoryPath(advisoryId)}>{advisoryId}</AppLink>,
    text: ({ advisoryId }) => advisoryId,
  },
  textColumn('source', 'Source', ({ source }) => source, { width: '90px' }),
  {
    id: 'aliases',
    header: 'Also called',
    width: 'minmax(150px, 1fr)',
    cell: ({ aliases }) => <span title={aliases.join('\n')}>{aliases.length === 0 ? '–' : aliases.join(', ')}</span>,
    text: ({ aliases }) => aliases.join(' '),
  },
  {
    id: 'packages',
    header: 'Packages',
    width: 'minmax(150px, 1fr)',
    cell: ({ packages, packageCount }) =>
      `${packages[0] === undefined ? '–' : `${packages[0].ecosystem}/${packages[0].name}`}${packageCount > 1 ? ` and ${packageCount - 1} more` : ''}`,
    text: ({ packages }) => packages.map(({ ecosystem, name }) => `${ecosystem}/${name}`).join(' '),
  },
  {
    id: 'summary',
    header: 'Summary',
    width: 'minmax(200px, 2fr)',
    cell: ({ summary, isWithdrawn }) => (
      <span title={summary ?? ''}>{isWithdrawn ? `Withdrawn. ${summary ?? ''}` : (summary ?? '–')}</span>
    ),
    text: ({ summary }) => summary ?? '',
  },
  digestColumn('digest', 'Digest', ({ digest }) => digest, 'digest of the record'),
  timeColumn('received', 'Received', ({ receivedAt }) => receivedAt),
];

function Records() {
  const { id = '', package: packageName = '' } = useUrlQuery();
  const pages = usePages(CONCELIER_ROUTES.listAdvisories, {
    query: { ...(id === '' ? {} : { id }), ...(packageName === '' ? {} : { package: packageName }) },
  });
  return (
    <DownloadGrid
      name="advisory-records"
      label="Advisory records"
      columns={RECORD_COLUMNS}
      pages={pages}
      rowId={({ digest }) => digest}
      rowHref={({ advisoryId }) => advisoryPath(advisoryId)}
      download={{
        route: CONCELIER_ROUTES.getAdvisory,
        type: 'application/json',
        label: 'Download the record as received',
        input: ({ digest }) => ({ params: { digest } }),
        fileName: ({ advisoryId }) => `${advisoryId}.json`,
      }}
      filters={
        <>
          <TextFilter name="id" label="Id" placeholder="CVE-…, GHSA-…" isMono />
          <TextFilter name="package" label="Package" placeholder="whole name" isMono />
        </>
      }
      empty={
        id + packageName === '' ? (
          <EmptyState title="No record was imported yet" icon="alert" command="stella advisories import FILE">
            OSV records as JSON, JSON lines or a zip archive.
          </EmptyState>
        ) : (
          <NoMatch what="records" />
        )
      }
    />
  );
}
