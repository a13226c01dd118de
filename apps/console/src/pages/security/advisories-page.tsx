import { type AdvisorySnapshot, CONCELIER_ROUTES, type Observation } from '@stella-ops/contracts/concelier';
import { usePages, useCommand, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import {
  Button,
  DigestChip,
  EmptyState,
  ErrorState,
  Page,
  StateBadge,
  Tabs,
  TimeAgo,
  useUrlQuery,
} from '../../ui/index.ts';
import { TextFilter } from '../common/filters.tsx';
import { ACTIVE } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { useDownload } from '../common/use-bytes.ts';
import { counted, fileSize } from '../common/words.ts';

export function Component() {
  const whyNot = useWhyNot();
  const snapshots = usePages(CONCELIER_ROUTES.listSnapshots, { query: {} });
  const create = useCommand(CONCELIER_ROUTES.createSnapshot);
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
        <Button
          kind="primary"
          icon="freeze"
          isPending={create.isPending}
          onPress={() => create.mutate({ body: {} })}
          disabledReason={whyNot('advisory.ingest')}
        >
          Make snapshot
        </Button>
      }
      command="stella advisories snapshot"
      asOfMs={snapshots.asOfMs}
    >
      {create.error === null ? null : <ErrorState error={create.error} />}
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
  const download = useDownload(CONCELIER_ROUTES.downloadSnapshot, 'application/octet-stream');
  const columns: readonly Column<AdvisorySnapshot>[] = [
    {
      id: 'digest',
      header: 'Snapshot',
      isName: true,
      width: 'minmax(170px, 1fr)',
      cell: ({ digest }) => <DigestChip digest={digest} what="digest of the snapshot" />,
      text: ({ digest }) => digest,
    },
    {
      id: 'state',
      header: 'State',
      width: '130px',
      cell: ({ id }) => (id === currentId ? <StateBadge {...ACTIVE} word="Current" /> : ''),
      text: ({ id }) => (id === currentId ? 'current' : ''),
    },
    {
      id: 'records',
      header: 'Records',
      width: '110px',
      isNumber: true,
      cell: ({ records }) => records.toLocaleString('en-US'),
      text: ({ records }) => records,
    },
    {
      id: 'size',
      header: 'Index size',
      width: '110px',
      isNumber: true,
      cell: ({ sizeBytes }) => fileSize(sizeBytes),
      text: ({ sizeBytes }) => sizeBytes,
    },
    {
      id: 'index',
      header: 'Index file',
      width: '170px',
      cell: ({ indexDigest }) => <DigestChip digest={indexDigest} what="digest of the index file" />,
      text: ({ indexDigest }) => indexDigest,
    },
    {
      id: 'made',
      header: 'Made',
      width: 'minmax(110px, 1fr)',
      cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
      text: ({ createdAt }) => createdAt,
    },
  ];
  return (
    <>
      {download.error === null ? null : <ErrorState error={download.error} />}
      <DataGrid
        name="advisory-snapshots"
        label="Advisory snapshots"
        columns={columns}
        pages={pages}
        rowId={({ id }) => id}
        actions={[
          {
            id: 'download',
            label: 'Download the index file',
            run: ({ id, digest }) =>
              download.mutate({ input: { params: { snapshotId: id } }, name: `advisories-${digest.slice(7, 19)}.idx` }),
          },
        ]}
        empty={
          <EmptyState
            title="No snapshot yet"
            icon="freeze"
            command="stella advisories import FILE && stella advisories snapshot"
          >
            Import advisories, then freeze what is known into a snapshot: decisions name it, and can be replayed with
            it.
          </EmptyState>
        }
      />
    </>
  );
}

const RECORD_COLUMNS: readonly Column<Observation>[] = [
  {
    id: 'id',
    header: 'Record',
    isName: true,
    width: 'minmax(195px, 1fr)',
    cell: ({ advisoryId }) => <strong>{advisoryId}</strong>,
    text: ({ advisoryId }) => advisoryId,
  },
  { id: 'source', header: 'Source', width: '90px', cell: ({ source }) => source, text: ({ source }) => source },
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
  {
    id: 'digest',
    header: 'Digest',
    width: '165px',
    cell: ({ digest }) => <DigestChip digest={digest} what="digest of the record" />,
    text: ({ digest }) => digest,
  },
  {
    id: 'received',
    header: 'Received',
    width: '110px',
    cell: ({ receivedAt }) => <TimeAgo at={receivedAt} />,
    text: ({ receivedAt }) => receivedAt,
  },
];

function Records() {
  const { id = '', package: packageName = '' } = useUrlQuery();
  const pages = usePages(CONCELIER_ROUTES.listAdvisories, {
    query: { ...(id === '' ? {} : { id }), ...(packageName === '' ? {} : { package: packageName }) },
  });
  const download = useDownload(CONCELIER_ROUTES.getAdvisory, 'application/json');
  return (
    <>
      {download.error === null ? null : <ErrorState error={download.error} />}
      <DataGrid
        name="advisory-records"
        label="Advisory records"
        columns={RECORD_COLUMNS}
        pages={pages}
        rowId={({ digest }) => digest}
        actions={[
          {
            id: 'download',
            label: 'Download the record as received',
            run: ({ digest, advisoryId }) =>
              download.mutate({ input: { params: { digest } }, name: `${advisoryId}.json` }),
          },
        ]}
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
    </>
  );
}
