import {
  EXCITITOR_ROUTES,
  type VexDocument,
  type VexSnapshot,
  type VexStatement,
} from '@stella-ops/contracts/excititor';
import { useState } from 'react';
import { useApi, usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { Button, EmptyState, Page, StateBadge, Tabs, TimeAgo, useUrlQuery } from '../../ui/index.ts';
import { digestColumn, numberColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { DownloadGrid } from '../common/download-grid.tsx';
import { TextFilter } from '../common/filters.tsx';
import { vexLook } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { counted } from '../common/words.ts';
import { ImportVexDialog } from './dialogs/import-vex-dialog.tsx';

export function Component() {
  const current = useApi(EXCITITOR_ROUTES.listSnapshots, { query: { limit: 1 } });
  const snapshot = current.data?.body.items[0];
  const whyNot = useWhyNot();
  const [isImporting, setImporting] = useState(false);
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
      actions={
        <Button kind="primary" icon="plus" onPress={() => setImporting(true)} disabledReason={whyNot('vex.ingest')}>
          Import document…
        </Button>
      }
      command="stella vex list"
      asOfMs={current.data?.asOfMs}
    >
      <ImportVexDialog isOpen={isImporting} onClose={() => setImporting(false)} />
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
  textColumn('author', 'Author', ({ author }) => author, { width: 'minmax(140px, 1fr)' }),
  textColumn('provider', 'Provider', ({ provider }) => provider, { width: '110px' }),
  numberColumn('statements', 'Statements', ({ statements }) => statements),
  digestColumn('digest', 'Digest', ({ digest }) => digest, 'digest of the document'),
  timeColumn('written', 'Written', ({ timestamp }) => timestamp),
  timeColumn('received', 'Received', ({ receivedAt }) => receivedAt),
];

function Documents() {
  const pages = usePages(EXCITITOR_ROUTES.listDocuments, { query: {} });
  return (
    <DownloadGrid
      name="vex-documents"
      label="VEX documents"
      columns={DOCUMENT_COLUMNS}
      pages={pages}
      rowId={({ digest }) => digest}
      download={{
        route: EXCITITOR_ROUTES.getDocument,
        type: 'application/json',
        label: 'Download the document as received',
        input: ({ digest }) => ({ params: { digest } }),
        fileName: ({ digest }) => `vex-${digest.slice(7, 19)}.json`,
      }}
      empty={
        <EmptyState title="No VEX document yet" icon="vex" command="stella vex import FILE">
          Suppliers say in OpenVEX which vulnerabilities do not matter in their products, and why.
        </EmptyState>
      }
    />
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
  digestColumn('document', 'Document', ({ documentDigest }) => documentDigest, 'digest of the document'),
  timeColumn('at', 'Said', ({ timestamp }) => timestamp),
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
  digestColumn('digest', 'Snapshot', ({ digest }) => digest, 'digest of the snapshot', {
    isName: true,
    width: 'minmax(170px, 1fr)',
  }),
  numberColumn('documents', 'Documents', ({ documents }) => documents, { width: '120px' }),
  timeColumn('made', 'Made', ({ createdAt }) => createdAt, { width: 'minmax(120px, 1fr)' }),
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
