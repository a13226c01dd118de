import '../common/layout.css';
import { type AuditEntry, AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useApi, usePages } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import {
  Button,
  DigestChip,
  Drawer,
  EmptyState,
  KeyValue,
  Page,
  StateBadge,
  TimeAgo,
  useUrlQuery,
  useUrlText,
} from '../../ui/index.ts';
import { digestColumn, numberColumn, stateColumn, timeColumn } from '../common/columns.tsx';
import { ChainVerification } from '../common/chain-verification.tsx';
import { command } from '../common/command-word.ts';
import { ChoiceFilter, FixedFilter, TextFilter, useChoice } from '../common/filters.tsx';
import { AUDIT_OUTCOMES, choices } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { counted } from '../common/words.ts';
import { ExportAuditDialog } from './dialogs/export-audit-dialog.tsx';

const COLUMNS: readonly Column<AuditEntry>[] = [
  numberColumn('sequence', 'Entry', ({ sequence }) => sequence, { width: '90px' }),
  timeColumn('at', 'When', ({ at }) => at),
  {
    id: 'actor',
    header: 'Who',
    width: 'minmax(120px, 0.8fr)',
    cell: ({ actor }) => (
      <>
        <span>{actor.name}</span>
        {actor.kind === 'user' ? null : <span className="small">{actor.kind}</span>}
      </>
    ),
    text: ({ actor }) => actor.name,
  },
  {
    id: 'action',
    header: 'What',
    isName: true,
    width: 'minmax(200px, 1.4fr)',
    cell: ({ action }) => <code>{action}</code>,
    text: ({ action }) => action,
  },
  stateColumn('outcome', 'Outcome', AUDIT_OUTCOMES, ({ outcome }) => outcome, { width: '110px' }),
  {
    id: 'target',
    header: 'To what',
    width: 'minmax(200px, 2fr)',
    cell: ({ target }) => (
      <span title={target.id}>
        {target.type} <code className="small">{target.id}</code>
      </span>
    ),
    text: ({ target }) => `${target.type} ${target.id}`,
  },
  digestColumn('hash', 'Hash', ({ hash }) => hash, 'hash of the entry'),
  {
    id: 'request',
    header: 'Request',
    width: '280px',
    isExtra: true,
    cell: ({ requestId }) => <code>{requestId ?? '–'}</code>,
    text: ({ requestId }) => requestId,
  },
];

export function Component() {
  const query = useUrlQuery();
  const outcome = useChoice('outcome', ['done', 'read', 'refused'] as const);
  const { target = '', actor = '', type = '' } = query;
  const [entryId, openEntry] = useUrlText('entry', true);
  const [isVerifying, setVerifying] = useState(false);
  const [isExporting, setExporting] = useState(false);
  const pages = usePages(AUTHORITY_ROUTES.listAudit, {
    query: {
      ...(outcome === undefined ? {} : { outcome }),
      ...(target === '' ? {} : { targetId: target }),
      ...(actor === '' ? {} : { actorId: actor }),
      ...(type === '' ? {} : { targetType: type }),
    },
  });
  const newest = pages.items[0];
  const isFiltered = outcome !== undefined || target + actor + type !== '';
  return (
    <Page
      title="Audit trail"
      sentence={
        newest === undefined || isFiltered ? (
          'What everybody did in this tenant, chained so that nothing can be taken out unseen.'
        ) : (
          <>
            {counted(newest.sequence, 'entry', 'entries')}, each chained to the one before; the newest is of{' '}
            <TimeAgo at={newest.at} />.
          </>
        )
      }
      actions={
        <>
          <Button icon="download" onPress={() => setExporting(true)}>
            Export…
          </Button>
          <Button kind="primary" icon="sign" onPress={() => setVerifying(true)}>
            Verify the chain
          </Button>
        </>
      }
      command={command('stella audit list', { outcome, actor, target })}
      asOfMs={pages.asOfMs}
    >
      {isVerifying ? <Verification /> : null}
      <ExportAuditDialog isOpen={isExporting} onClose={() => setExporting(false)} />
      <DataGrid
        name="audit"
        label="Audit trail"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/audit?${new URLSearchParams({ ...query, entry: id }).toString()}`}
        selectedId={entryId}
        filters={
          <>
            <ChoiceFilter name="outcome" label="Outcome" options={choices(AUDIT_OUTCOMES)} />
            <TextFilter name="type" label="Kind of thing" placeholder="release, user, …" />
            <TextFilter name="target" label="Id" placeholder="whole id" isMono />
            <FixedFilter name="actor" label="Who">
              <span>{pages.items[0]?.actor.name ?? actor}</span>
            </FixedFilter>
          </>
        }
        empty={isFiltered ? <NoMatch what="entries" /> : <EmptyState title="Nothing happened yet" icon="audit" />}
      />
      <EntryDrawer
        entry={pages.items.find(({ id }) => id === entryId)}
        isOpen={entryId !== undefined && !pages.isPending}
        onClose={() => openEntry(undefined)}
      />
    </Page>
  );
}

/** Reads the whole chain on the server. */
function Verification() {
  const query = useApi(AUTHORITY_ROUTES.verifyAudit, {});
  const fault = query.data?.body.fault ?? undefined;
  return (
    <ChainVerification
      query={query}
      command="stella audit verify"
      fault={fault === undefined ? undefined : `Entry ${fault.sequence}: ${fault.sentence}.`}
    />
  );
}

function EntryDrawer(props: {
  readonly entry: AuditEntry | undefined;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}) {
  const { entry } = props;
  return (
    <Drawer
      title={entry === undefined ? 'Entry' : `Entry ${entry.sequence}`}
      isOpen={props.isOpen}
      onClose={props.onClose}
    >
      {entry === undefined ? (
        <EmptyState title="The entry is not in this list" icon="search">
          It may be further back, or outside the filters.
        </EmptyState>
      ) : (
        <div className="stack">
          <div className="row">
            <StateBadge {...AUDIT_OUTCOMES[entry.outcome]} />
            <code>{entry.action}</code>
          </div>
          <KeyValue
            rows={[
              ['Who', `${entry.actor.name} (${entry.actor.kind})`],
              ['Id of who', <code key="a">{entry.actor.id}</code>],
              entry.actor.onBehalfOf === undefined
                ? undefined
                : ['On behalf of', <code key="o">{entry.actor.onBehalfOf}</code>],
              ['When', <TimeAgo key="t" at={entry.at} />],
              ['To what', `${entry.target.type} ${entry.target.id}`],
              ['Request', <code key="r">{entry.requestId ?? '–'}</code>],
              ['Hash', <DigestChip key="h" digest={entry.hash} what="hash of the entry" />],
            ]}
          />
          <pre tabIndex={0} aria-label="Details">
            <code>{JSON.stringify(entry.details, undefined, 2)}</code>
          </pre>
        </div>
      )}
    </Drawer>
  );
}
