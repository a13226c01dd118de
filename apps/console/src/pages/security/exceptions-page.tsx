import { POLICY_ROUTES, type PolicyException } from '@stella-ops/contracts/policy';
import { useState } from 'react';
import { useMe, usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { Button, EmptyState, EXCEPTION_STATES, Page } from '../../ui/index.ts';
import { linkColumn, stateColumn, textColumn, timeColumn } from '../common/columns.tsx';
import { command } from '../common/command-word.ts';
import { ChoiceFilter, useChoice } from '../common/filters.tsx';
import { choices, scopeOfException } from '../common/looks.ts';
import { NoMatch } from '../common/no-match.tsx';
import { counted } from '../common/words.ts';
import { RequestExceptionDialog } from './dialogs/request-exception-dialog.tsx';

const STATES = ['draft', 'pending_review', 'approved', 'rejected', 'revoked', 'expired'] as const;

const COLUMNS: readonly Column<PolicyException>[] = [
  linkColumn(
    'vulnerability',
    'Vulnerability',
    ({ vulnerability }) => vulnerability,
    ({ id }) => `/exceptions/${id}`,
    { isName: true, width: 'minmax(150px, 1fr)' },
  ),
  stateColumn('state', 'State', EXCEPTION_STATES, ({ state }) => state, { width: '175px' }),
  textColumn('covers', 'Covers', (one) => scopeOfException(one), { width: 'minmax(200px, 1.6fr)' }),
  textColumn('reason', 'Reason', ({ reason }) => reason, { width: 'minmax(200px, 2fr)' }),
  textColumn('by', 'Requested by', ({ requestedBy }) => requestedBy.name, { width: '120px' }),
  textColumn('decided', 'Decided by', ({ decidedBy }) => decidedBy?.name ?? null, { width: '110px' }),
  timeColumn('asked', 'Requested', ({ createdAt }) => createdAt, { isExtra: true }),
  timeColumn('ends', 'Ends', ({ expiresAt }) => expiresAt, { width: '100px' }),
];

export function Component() {
  const state = useChoice('state', STATES);
  const whyNot = useWhyNot();
  const [isAsking, setAsking] = useState(false);
  const pages = usePages(POLICY_ROUTES.listExceptions, { query: state === undefined ? {} : { state } });
  return (
    <Page
      title="Exceptions"
      sentence={<ExceptionsSentence />}
      actions={
        <Button
          kind="primary"
          icon="exception"
          onPress={() => setAsking(true)}
          disabledReason={whyNot('exception.write')}
        >
          Request exception…
        </Button>
      }
      command={command('stella exception list', { state })}
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="exceptions"
        label="Exceptions"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        rowHref={({ id }) => `/exceptions/${id}`}
        filters={<ChoiceFilter name="state" label="State" options={choices(EXCEPTION_STATES)} />}
        empty={
          state === undefined ? (
            <EmptyState
              title="Nobody asked for an exception"
              icon="exception"
              command={'stella exception request CVE-… --reason "…"'}
            >
              When a vulnerability has to be borne for a while, ask here; another person decides, and it ends by itself.
            </EmptyState>
          ) : (
            <NoMatch what="exceptions" />
          )
        }
      />
      <RequestExceptionDialog isOpen={isAsking} onClose={() => setAsking(false)} />
    </Page>
  );
}

function ExceptionsSentence() {
  const me = useMe();
  const waiting = usePages(POLICY_ROUTES.listExceptions, { query: { state: 'pending_review' } });
  const approved = usePages(POLICY_ROUTES.listExceptions, { query: { state: 'approved' } });
  if (waiting.isPending || approved.isPending) return ' ';
  const forMe = waiting.items.filter(({ requestedBy }) => requestedBy.id !== me?.id).length;
  const inForce = `${counted(approved.items.length, 'exception is', 'exceptions are')} in force`;
  if (waiting.items.length === 0) return `${inForce}; none waits for review.`;
  const canDecide = me?.scopes.includes('exception.approve') === true && forMe > 0;
  return `${inForce}; ${counted(waiting.items.length, 'waits', 'wait')} for review${canDecide ? `, ${forMe} that you can decide` : ''}.`;
}
