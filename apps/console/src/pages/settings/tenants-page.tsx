import { AUTHORITY_ROUTES, type Tenant } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useCommand, useMe, usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { Button, ConfirmByName, EmptyState, Page, StateBadge } from '../../ui/index.ts';
import { textColumn, timeColumn } from '../common/columns.tsx';
import { ACTIVE, INACTIVE } from '../common/looks.ts';
import { counted } from '../common/words.ts';
import { CreateTenantDialog, etagOf, RenameTenantDialog } from './dialogs/tenant-dialogs.tsx';

const COLUMNS: readonly Column<Tenant>[] = [
  {
    id: 'name',
    header: 'Tenant',
    isName: true,
    width: 'minmax(150px, 1fr)',
    cell: ({ name }) => <strong>{name}</strong>,
    text: ({ name }) => name,
  },
  textColumn('title', 'Title', ({ displayName }) => displayName, { width: 'minmax(180px, 2fr)' }),
  {
    id: 'state',
    header: 'State',
    width: '120px',
    cell: ({ isActive }) => <StateBadge {...(isActive ? ACTIVE : INACTIVE)} />,
    text: ({ isActive }) => (isActive ? 'active' : 'inactive'),
  },
  timeColumn('created', 'Created', ({ createdAt }) => createdAt, { width: '120px' }),
  { id: 'id', header: 'Id', width: '320px', isExtra: true, cell: ({ id }) => <code>{id}</code>, text: ({ id }) => id },
];

export function Component() {
  const whyNot = useWhyNot();
  const me = useMe();
  const [isCreating, setCreating] = useState(false);
  const [renamed, setRenamed] = useState<Tenant>();
  const [switched, setSwitched] = useState<Tenant>();
  const pages = usePages(AUTHORITY_ROUTES.listTenants, { query: {} });
  const update = useCommand(AUTHORITY_ROUTES.updateTenant);
  const isOperator = me?.scopes.includes('tenant.write') === true;
  return (
    <Page
      title="Tenants"
      sentence={
        pages.isPending
          ? ' '
          : isOperator
            ? `${counted(pages.items.length, 'tenant')} in this installation; none sees anything of another.`
            : 'Your tenant. Only operators of the installation see all of them.'
      }
      actions={
        <Button kind="primary" icon="plus" onPress={() => setCreating(true)} disabledReason={whyNot('tenant.write')}>
          Create tenant…
        </Button>
      }
      command="stella tenant list"
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="tenants"
        label="Tenants"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        actions={[
          { id: 'rename', label: 'Rename tenant', run: setRenamed, disabledReason: () => whyNot('tenant.write') },
          {
            id: 'switch',
            label: 'Activate or deactivate',
            run: setSwitched,
            disabledReason: ({ id }) =>
              whyNot('tenant.write') ?? (id === me?.tenant.id ? 'You are signed in to it.' : undefined),
          },
        ]}
        empty={<EmptyState title="There is no tenant" icon="settings" command="stella tenant create NAME" />}
      />
      <CreateTenantDialog isOpen={isCreating} onClose={() => setCreating(false)} />
      <RenameTenantDialog tenant={renamed} onClose={() => setRenamed(undefined)} />
      <ConfirmByName
        title={`${switched?.isActive === true ? 'Deactivate' : 'Activate'} ${switched?.name ?? ''}`}
        isOpen={switched !== undefined}
        onClose={() => setSwitched(undefined)}
        name={switched?.name ?? ''}
        nameOf="tenant"
        verb={switched?.isActive === true ? 'Deactivate tenant' : 'Activate tenant'}
        isDanger={switched?.isActive === true}
        isPending={update.isPending}
        error={update.error}
        onConfirm={() =>
          switched === undefined
            ? undefined
            : update.mutate(
                {
                  params: { tenantId: switched.id },
                  body: { isActive: !switched.isActive },
                  ifMatch: etagOf(switched),
                },
                { onSuccess: () => setSwitched(undefined) },
              )
        }
      >
        <p>
          {switched?.isActive === true
            ? 'Nobody of it can sign in, and its tokens are refused. Nothing is deleted.'
            : 'Its people can sign in again.'}
        </p>
      </ConfirmByName>
    </Page>
  );
}
