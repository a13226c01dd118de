import {
  EXCITITOR_ROUTES,
  type VexDocument,
  type VexSnapshot,
  type VexStatement,
} from '@stella-ops/contracts/excititor';
import { useApi, usePages } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { DigestChip, EmptyState, ErrorState, Page, StateBadge, Tabs, TimeAgo, useUrlQuery } from '../../ui/index.ts';
import { TextFilter } from '../common/filters.tsx';
import { vexLook } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { useDownload } from '../common/use-bytes.ts';
import { counted } from '../common/words.ts';

export function Component() {
  const current = useApi(EXCITITOR_ROUTES.listSnapshots, { query: { limit: 1 } });
  const snapshot = current.data?.body.items[0];
  return (
    <Page
      title="VEX"
      sentence={
        current.data === undefined ? (
          ' '
        ) : snapshot === undefined ? (
          'Nobody has said yet what is not exploitable.'
        ) : (
          <>
            Decisions use the snapshot of {counted(snapshot.documents, 'document')} made{' '}
            <TimeAgo at={snapshot.createdAt} />.
          </>
        )
      }
      command="stella vex import FILE"
      asOfMs={current.data?.asOfMs}
    >
      <Tabs
        label="VEX"
        tabs={[
          { id: 'documents', label: 'Documents', content: <Documents /> },
          { id: 'statements', label: 'Statements', content: <Statements /> },
          { id: 'snapshots', label: 'Snapshots', content: <Snapshots /> },
        ]}
      />
    </Page>
  );
}

const DOCUMENT_COLUMNS: readonly Column<VexDocument>[] = [
  {
    id: 'id',
    header: 'Document',
    isName: true,
    width: 'minmax(220px, 2fr)',
    // An address that a stranger wrote: shown, never a link.
    cell: ({ documentId }) => <code title={documentId}>{documentId}</code>,
    text: ({ documentId }) => documentId,
  },
  {
    id: 'author',
    header: 'Author',
    width: 'minmax(140px, 1fr)',
    cell: ({ author }) => author ?? '–',
    text: ({ author }) => author,
  },
  {
    id: 'provider',
    header: 'Provider',
    width: '110px',
    cell: ({ provider }) => provider,
    text: ({ provider }) => provider,
  },
  {
    id: 'statements',
    header: 'Statements',
    width: '110px',
    isNumber: true,
    cell: ({ statements }) => statements,
    text: ({ statements }) => statements,
  },
  {
    id: 'digest',
    header: 'Digest',
    width: '165px',
    cell: ({ digest }) => <DigestChip digest={digest} what="digest of the document" />,
    text: ({ digest }) => digest,
  },
  {
    id: 'written',
    header: 'Written',
    width: '110px',
    cell: ({ timestamp }) => <TimeAgo at={timestamp} />,
    text: ({ timestamp }) => timestamp,
  },
  {
    id: 'received',
    header: 'Received',
    width: '110px',
    cell: ({ receivedAt }) => <TimeAgo at={receivedAt} />,
    text: ({ receivedAt }) => receivedAt,
  },
];

function Documents() {
  const pages = usePages(EXCITITOR_ROUTES.listDocuments, { query: {} });
  const download = useDownload(EXCITITOR_ROUTES.getDocument, 'application/json');
  return (
    <>
      {download.error === null ? null : <ErrorState error={download.error} />}
      <DataGrid
        name="vex-documents"
        label="VEX documents"
        columns={DOCUMENT_COLUMNS}
        pages={pages}
        rowId={({ digest }) => digest}
        actions={[
          {
            id: 'download',
            label: 'Download the document as received',
            run: ({ digest }) =>
              download.mutate({ input: { params: { digest } }, name: `vex-${digest.slice(7, 19)}.json` }),
          },
        ]}
        empty={
          <EmptyState title="No VEX document yet" icon="vex" command="stella vex import FILE">
            Suppliers say in OpenVEX which vulnerabilities do not matter in their products, and why.
          </EmptyState>
        }
      />
    </>
  );
}

const STATEMENT_COLUMNS: readonly Column<VexStatement>[] = [
  {
    id: 'vulnerability',
    header: 'Vulnerability',
    isName: true,
    width: 'minmax(150px, 1fr)',
    cell: ({ vulnerability }) => <strong>{vulnerability}</strong>,
    text: ({ vulnerability }) => vulnerability,
  },
  {
    id: 'status',
    header: 'Says',
    width: '165px',
    cell: ({ status }) => <StateBadge {...vexLook(status)} />,
    text: ({ status }) => status,
  },
  {
    id: 'why',
    header: 'Because',
    width: 'minmax(180px, 1.4fr)',
    cell: ({ justification }) => justification?.replaceAll('_', ' ') ?? '–',
    text: ({ justification }) => justification ?? '',
  },
  {
    id: 'products',
    header: 'Of',
    width: 'minmax(200px, 2fr)',
    cell: ({ products, productCount }) => (
      <code title={products.join('\n')}>
        {products[0] ?? '–'}
        {productCount > 1 ? ` and ${productCount - 1} more` : ''}
      </code>
    ),
    text: ({ products }) => products.join(' '),
  },
  {
    id: 'document',
    header: 'Document',
    width: '165px',
    cell: ({ documentDigest }) => <DigestChip digest={documentDigest} what="digest of the document" />,
    text: ({ documentDigest }) => documentDigest,
  },
  {
    id: 'at',
    header: 'Said',
    width: '110px',
    cell: ({ timestamp }) => <TimeAgo at={timestamp} />,
    text: ({ timestamp }) => timestamp,
  },
];

function Statements() {
  const { vulnerability = '' } = useUrlQuery();
  const pages = usePages(EXCITITOR_ROUTES.listStatements, { query: vulnerability === '' ? {} : { vulnerability } });
  return (
    <DataGrid
      name="vex-statements"
      label="VEX statements"
      columns={STATEMENT_COLUMNS}
      pages={pages}
      rowId={({ documentDigest, index }) => `${documentDigest} ${index}`}
      filters={<TextFilter name="vulnerability" label="Vulnerability" placeholder="CVE-…, whole id" isMono />}
      empty={
        vulnerability === '' ? (
          <EmptyState title="No statement yet" icon="vex" command="stella vex import FILE" />
        ) : (
          <NoMatch what="statements" />
        )
      }
    />
  );
}

const SNAPSHOT_COLUMNS: readonly Column<VexSnapshot>[] = [
  {
    id: 'digest',
    header: 'Snapshot',
    isName: true,
    width: 'minmax(170px, 1fr)',
    cell: ({ digest }) => <DigestChip digest={digest} what="digest of the snapshot" />,
    text: ({ digest }) => digest,
  },
  {
    id: 'documents',
    header: 'Documents',
    width: '120px',
    isNumber: true,
    cell: ({ documents }) => documents,
    text: ({ documents }) => documents,
  },
  {
    id: 'made',
    header: 'Made',
    width: 'minmax(120px, 1fr)',
    cell: ({ createdAt }) => <TimeAgo at={createdAt} />,
    text: ({ createdAt }) => createdAt,
  },
];

function Snapshots() {
  const pages = usePages(EXCITITOR_ROUTES.listSnapshots, { query: {} });
  return (
    <DataGrid
      name="vex-snapshots"
      label="VEX snapshots"
      columns={SNAPSHOT_COLUMNS}
      pages={pages}
      rowId={({ id }) => id}
      empty={<EmptyState title="No snapshot yet" icon="vex" command="stella vex import FILE" />}
    />
  );
}
