import '../common/layout.css';
import { FINDINGS_ROUTES } from '@stella-ops/contracts/findings';
import { useState } from 'react';
import { useApi, usePages } from '../../api/index.ts';
import { DataGrid } from '../../ui/grid/index.ts';
import {
  AppLink,
  Button,
  DigestChip,
  Drawer,
  EmptyState,
  Loaded,
  Page,
  StateBadge,
  useUrlQuery,
  sentenceOf,
  useUrlText,
} from '../../ui/index.ts';
import { ChainVerification } from '../common/chain-verification.tsx';
import { command } from '../common/command-word.ts';
import { ChoiceFilter, FixedFilter, TextFilter, useChoice } from '../common/filters.tsx';
import { choices, FINDING_STATES } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { SEVERITIES, Severity, SEVERITY_CHOICES } from '../common/severity.tsx';
import { counted } from '../common/words.ts';
import { FINDING_COLUMNS } from './parts/finding-columns.tsx';
import { findingSentence, FindingView } from './parts/finding-view.tsx';

const STATUSES = ['open', 'not_affected', 'excepted', 'resolved', 'not_evaluated'] as const;
const FIXES = [
  { id: 'yes', label: 'Fix known' },
  { id: 'no', label: 'No fix' },
];

export function Component() {
  const query = useUrlQuery();
  const [drawer, openDrawer] = useUrlText('finding', true);
  const [isVerifying, setVerifying] = useState(false);
  const status = useChoice('status', STATUSES, 'open');
  const severity = useChoice('severity', SEVERITIES);
  const fix = useChoice('fix', ['yes', 'no'] as const);
  const { vulnerability = '', package: packageName = '', imageDigest = '' } = query;
  const hasImage = /^sha256:[0-9a-f]{64}$/.test(imageDigest);
  const pages = usePages(FINDINGS_ROUTES.listFindings, {
    query: {
      // The most that one answer holds: a list of 100,000 is scrolled through in half as many requests.
      limit: 200,
      ...(status === undefined ? {} : { status }),
      ...(severity === undefined ? {} : { severity }),
      ...(fix === undefined ? {} : { hasFix: fix === 'yes' }),
      ...(vulnerability === '' ? {} : { vulnerability }),
      ...(packageName === '' ? {} : { package: packageName }),
      ...(hasImage ? { imageDigest } : {}),
    },
  });
  const isFiltered =
    [severity, fix].some((one) => one !== undefined) || vulnerability + packageName + imageDigest !== '';
  return (
    <Page
      title="Findings"
      sentence={<SummarySentence />}
      actions={
        <Button icon="sign" onPress={() => setVerifying(true)}>
          Verify the ledger
        </Button>
      }
      command={command('stella findings list', {
        status,
        severity,
        vulnerability,
        image: hasImage ? imageDigest : undefined,
      })}
      asOfMs={pages.asOfMs}
    >
      {isVerifying ? <LedgerVerification /> : null}
      <DataGrid
        name="findings"
        label="Findings"
        columns={FINDING_COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => withFinding(query, id)}
        selectedId={drawer}
        filters={
          <>
            <ChoiceFilter name="status" label="Status" options={choices(FINDING_STATES)} fallback="open" />
            <ChoiceFilter name="severity" label="Severity" options={SEVERITY_CHOICES} />
            <ChoiceFilter name="fix" label="Fix" options={FIXES} />
            <TextFilter name="vulnerability" label="Vulnerability" placeholder="CVE-2021-…" isMono />
            <TextFilter name="package" label="Package" placeholder="whole name" isMono />
            {hasImage ? (
              <FixedFilter name="imageDigest" label="Image">
                <DigestChip digest={imageDigest} href={`/images/${imageDigest}`} isPlain />
              </FixedFilter>
            ) : null}
          </>
        }
        empty={
          isFiltered || status !== 'open' ? (
            <NoMatch what="findings" />
          ) : (
            <EmptyState title="Nothing is open" icon="check" command="stella image scan REFERENCE">
              Every finding is answered, or no image was scanned yet.
            </EmptyState>
          )
        }
      />
      <FindingDrawer findingId={drawer} onClose={() => openDrawer(undefined)} />
    </Page>
  );
}

/** Every change of a finding is chained to the one before; the server reads all of them. */
function LedgerVerification() {
  const query = useApi(FINDINGS_ROUTES.verifyLedger, {});
  const fault = query.data?.body.fault ?? undefined;
  return (
    <ChainVerification
      query={query}
      command="stella findings verify"
      fault={fault === undefined ? undefined : sentenceOf(fault)}
    />
  );
}

/** The list as it is, with a finding open beside it. */
function withFinding(query: Readonly<Record<string, string>>, id: string): string {
  return `/findings?${new URLSearchParams({ ...query, finding: id }).toString()}`;
}

function SummarySentence() {
  const summary = useApi(FINDINGS_ROUTES.summarize, { query: {} }).data?.body;
  if (summary === undefined) return ' ';
  const { open } = summary;
  const total = open.critical + open.high + open.medium + open.low + open.none + open.unknown;
  const images = counted(summary.images, 'image');
  if (total === 0) return `No finding is open in ${images}.`;
  const worst = open.critical + open.high;
  const severe =
    worst === 0 ? 'none of them high or critical' : `${worst.toLocaleString('en-US')} of them high or critical`;
  return `${counted(total, 'finding is', 'findings are')} open in ${images}, ${severe}.`;
}

function FindingDrawer({
  findingId,
  onClose,
}: {
  readonly findingId: string | undefined;
  readonly onClose: () => void;
}) {
  const query = useApi(
    FINDINGS_ROUTES.getFinding,
    { params: { findingId: findingId ?? '' } },
    { isEnabled: findingId !== undefined },
  );
  const finding = query.data?.body;
  return (
    <Drawer
      title={finding?.vulnerability ?? 'Finding'}
      isOpen={findingId !== undefined}
      onClose={onClose}
      pageLink={findingId === undefined ? null : <AppLink to={`/findings/${findingId}`}>Open as page</AppLink>}
    >
      <Loaded query={query} lines={8}>
        {({ body }) => (
          <div className="stack">
            <div className="row">
              <Severity level={body.severity} score={body.score} />
              <StateBadge {...FINDING_STATES[body.status]} />
            </div>
            <p>{findingSentence(body)}</p>
            <FindingView finding={body} />
          </div>
        )}
      </Loaded>
    </Drawer>
  );
}
