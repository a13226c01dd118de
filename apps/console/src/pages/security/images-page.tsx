import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { type Image, type Scan, SCANNER_ROUTES } from '@stella-ops/contracts/scanner';
import { useState } from 'react';
import { useApi, useCan, usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { AppLink, Button, EmptyState, Page, Tabs, useUrlQuery } from '../../ui/index.ts';
import { digestColumn, numberColumn, stateColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { command } from '../common/command-word.ts';
import { ChoiceFilter, TextFilter, useChoice } from '../common/filters.tsx';
import { choices, SCAN_STATES } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { counted, fileSize } from '../common/words.ts';
import { ImportSbomDialog } from './dialogs/import-sbom-dialog.tsx';
import { ScanImageDialog } from './dialogs/scan-image-dialog.tsx';
import { shortName } from './parts/finding-columns.tsx';
import { OpenFindings } from './parts/open-findings.tsx';

const COLUMNS: readonly Column<Image>[] = [
  {
    id: 'name',
    header: 'Image',
    isName: true,
    width: 'minmax(180px, 2fr)',
    cell: ({ digest, name }) => <AppLink to={`/images/${digest}`}>{shortName(name)}</AppLink>,
    text: ({ name }) => name,
  },
  digestColumn('digest', 'Digest', ({ digest }) => digest, 'image digest'),
  {
    id: 'findings',
    header: 'Open findings',
    width: '190px',
    cell: ({ digest }) => <OpenFindings imageDigest={digest} />,
  },
  numberColumn('components', 'Components', ({ components }) => components),
  numberColumn('gaps', 'Gaps', ({ gaps }) => gaps, { width: '80px' }),
  {
    id: 'origin',
    header: 'Known from',
    width: '110px',
    cell: ({ origin }) => (origin === 'scan' ? 'Its layers' : 'An SBOM'),
    text: ({ origin }) => origin,
  },
  textColumn('platform', 'Platform', ({ platform }) => platform, { width: '120px' }),
  {
    id: 'size',
    header: 'Size',
    width: '90px',
    isNumber: true,
    isExtra: true,
    cell: ({ sizeBytes }) => fileSize(sizeBytes),
    text: ({ sizeBytes }) => sizeBytes,
  },
  timeColumn('scanned', 'Scanned', ({ scannedAt }) => scannedAt),
];

export function Component() {
  const whyNot = useWhyNot();
  const can = useCan();
  const [isScanning, setScanning] = useState(false);
  const [isImporting, setImporting] = useState(false);
  const summary = useApi(FINDINGS_ROUTES.summarize, { query: {} }, { isEnabled: can('findings.read') });
  const { name = '', tab } = useUrlQuery();
  return (
    <Page
      title="Images"
      sentence={summary.data === undefined ? ' ' : sentenceOf(summary.data.body)}
      actions={
        <>
          <Button icon="plus" onPress={() => setImporting(true)} disabledReason={whyNot('scanner.scan')}>
            Import SBOM…
          </Button>
          <Button kind="primary" icon="image" onPress={() => setScanning(true)} disabledReason={whyNot('scanner.scan')}>
            Scan image…
          </Button>
        </>
      }
      command={tab === 'scans' ? 'stella image scan REFERENCE' : command('stella image list', { name })}
      asOfMs={summary.data?.asOfMs}
    >
      <Tabs
        label="Images and scans"
        tabs={[
          { id: 'images', label: 'Images', content: <ImageList /> },
          { id: 'scans', label: 'Scans', content: <ScanList /> },
        ]}
      />
      <ImportSbomDialog isOpen={isImporting} onClose={() => setImporting(false)} />
      <ScanImageDialog isOpen={isScanning} onClose={() => setScanning(false)} />
    </Page>
  );
}

function sentenceOf({
  images,
  byStatus,
}: {
  readonly images: number;
  readonly byStatus: Readonly<Record<string, number>>;
}): string {
  const open = Object.hasOwn(byStatus, 'open') ? (byStatus['open'] ?? 0) : 0;
  const judged = `${counted(images, 'image')} judged`;
  return open === 0
    ? `${judged}; no finding is open.`
    : `${judged}; ${counted(open, 'finding is', 'findings are')} open in them.`;
}

function ImageList() {
  const { name = '' } = useUrlQuery();
  const pages = usePages(SCANNER_ROUTES.listImages, { query: name === '' ? {} : { name } });
  return (
    <DataGrid
      name="images"
      label="Images"
      columns={COLUMNS}
      pages={pages}
      rowId={({ digest }) => digest}
      rowHref={({ digest }) => `/images/${digest}`}
      filters={<TextFilter name="name" label="Name" placeholder="part of the name" />}
      empty={
        name === '' ? (
          <EmptyState title="No image is known yet" icon="image" command="stella image scan REFERENCE">
            Scan the first one: its layers are read, and every package in it is named.
          </EmptyState>
        ) : (
          <NoMatch what="images" />
        )
      }
    />
  );
}

const SCAN_COLUMNS: readonly Column<Scan>[] = [
  {
    id: 'source',
    header: 'What',
    isName: true,
    width: 'minmax(220px, 2fr)',
    cell: ({ source, imageDigest }) =>
      imageDigest === null ? <code>{source}</code> : <AppLink to={`/images/${imageDigest}`}>{source}</AppLink>,
    text: ({ source }) => source,
  },
  stateColumn('status', 'State', SCAN_STATES, ({ status }) => status, { width: '120px' }),
  {
    id: 'error',
    header: 'Why it failed',
    width: 'minmax(200px, 2fr)',
    cell: ({ error }) => (error === null ? '' : <span title={error.hint}>{error.message}</span>),
    text: ({ error }) => error?.message ?? '',
  },
  numberColumn('attempts', 'Attempts', ({ attempts }) => attempts, { width: '90px' }),
  textColumn('by', 'Asked by', ({ requestedBy }) => requestedBy, { width: '120px' }),
  timeColumn('created', 'Asked', ({ createdAt }) => createdAt),
  timeColumn('finished', 'Ended', ({ finishedAt }) => finishedAt),
];

function ScanList() {
  const status = useChoice('status', ['queued', 'running', 'succeeded', 'failed'] as const);
  const pages = usePages(SCANNER_ROUTES.listScans, { query: status === undefined ? {} : { status } });
  return (
    <DataGrid
      name="scans"
      label="Scans"
      columns={SCAN_COLUMNS}
      pages={pages}
      rowId={({ id }) => id}
      filters={<ChoiceFilter name="status" label="State" options={choices(SCAN_STATES)} />}
      empty={
        status === undefined ? (
          <EmptyState title="Nothing was scanned yet" icon="image" command="stella image scan REFERENCE">
            Images that an SBOM describes need no scan.
          </EmptyState>
        ) : (
          <NoMatch what="scans" />
        )
      }
    />
  );
}
