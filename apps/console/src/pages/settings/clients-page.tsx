import { AUTHORITY_ROUTES, type OAuthClient } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useCommand, usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { Button, ConfirmByName, EmptyState, Page, StateBadge } from '../../ui/index.ts';
import { timeColumn } from '../common/columns.tsx';
import { ACTIVE, INACTIVE } from '../common/looks.ts';
import { counted } from '../common/words.ts';
import { CreateClientDialog } from './dialogs/create-client-dialog.tsx';

const COLUMNS: readonly Column<OAuthClient>[] = [
  {
    id: 'name',
    header: 'Client',
    isName: true,
    width: 'minmax(150px, 1fr)',
    cell: ({ name }) => <strong>{name}</strong>,
    text: ({ name }) => name,
  },
  {
    id: 'state',
    header: 'State',
    width: '110px',
    cell: ({ isActive }) => <StateBadge {...(isActive ? ACTIVE : INACTIVE)} />,
    text: ({ isActive }) => (isActive ? 'active' : 'inactive'),
  },
  { id: 'id', header: 'Id', width: '320px', cell: ({ id }) => <code>{id}</code>, text: ({ id }) => id },
  {
    id: 'scopes',
    header: 'May',
    width: 'minmax(220px, 2fr)',
    cell: ({ scopes }) => <span title={scopes.join('\n')}>{scopes.join(', ')}</span>,
    text: ({ scopes }) => scopes.join(' '),
  },
  timeColumn('created', 'Registered', ({ createdAt }) => createdAt),
];

export function Component() {
  const whyNot = useWhyNot();
  const [isCreating, setCreating] = useState(false);
  const [removed, setRemoved] = useState<OAuthClient>();
  const pages = usePages(AUTHORITY_ROUTES.listClients, { query: {} });
  const remove = useCommand(AUTHORITY_ROUTES.deleteClient);
  return (
    <Page
      title="Clients"
      command="stella client list"
      sentence={
        pages.isPending
          ? ' '
          : `${counted(pages.items.length, 'program', 'programs')} can sign in without a person, each by a secret of its own.`
      }
      actions={
        <Button kind="primary" icon="plus" onPress={() => setCreating(true)} disabledReason={whyNot('client.write')}>
          Register client…
        </Button>
      }
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="clients"
        label="Registered clients"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        actions={[
          { id: 'remove', label: 'Remove client', run: setRemoved, disabledReason: () => whyNot('client.write') },
        ]}
        empty={
          <EmptyState
            title="No client is registered"
            icon="agent"
            command="stella client create NAME --scope scanner.scan"
          >
            For programs that ask for tokens by the client credentials grant. A pipeline needs an API token only.
          </EmptyState>
        }
      />
      <CreateClientDialog isOpen={isCreating} onClose={() => setCreating(false)} />
      <ConfirmByName
        title={`Remove ${removed?.name ?? ''}`}
        isOpen={removed !== undefined}
        onClose={() => setRemoved(undefined)}
        name={removed?.name ?? ''}
        nameOf="client"
        verb="Remove client"
        isDanger
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() =>
          removed === undefined
            ? undefined
            : remove.mutate({ params: { clientId: removed.id } }, { onSuccess: () => setRemoved(undefined) })
        }
      >
        <p>It gets no more tokens, and those that it has end within five minutes.</p>
      </ConfirmByName>
    </Page>
  );
}
