import { AUTHORITY_ROUTES, type User } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { usePages, useWhyNot } from '../../api/index.ts';
import { type Column, DataGrid } from '../../ui/grid/index.ts';
import { AppLink, Button, EmptyState, Page, StateBadge, TimeAgo } from '../../ui/index.ts';
import { textColumn } from '../common/columns.tsx';
import { ACTIVE, INACTIVE } from '../common/looks.ts';
import { counted } from '../common/words.ts';
import { ResetPasswordDialog } from './dialogs/reset-password-dialog.tsx';
import { CreateUserDialog, EditUserDialog } from './dialogs/user-dialog.tsx';

const COLUMNS: readonly Column<User>[] = [
  {
    id: 'name',
    header: 'User name',
    isName: true,
    width: 'minmax(130px, 1fr)',
    cell: ({ name }) => <strong>{name}</strong>,
    text: ({ name }) => name,
  },
  textColumn('display', 'Name', ({ displayName }) => displayName, { width: 'minmax(140px, 1.2fr)' }),
  {
    id: 'roles',
    header: 'Roles',
    width: 'minmax(200px, 2fr)',
    cell: ({ roles }) => (roles.length === 0 ? <span className="quiet">none</span> : roles.join(', ')),
    text: ({ roles }) => roles.join(' '),
  },
  {
    id: 'state',
    header: 'State',
    width: '110px',
    cell: ({ isActive }) => <StateBadge {...(isActive ? ACTIVE : INACTIVE)} />,
    text: ({ isActive }) => (isActive ? 'active' : 'inactive'),
  },
  textColumn('mail', 'Mail address', ({ email }) => email, { width: 'minmax(150px, 1fr)', isExtra: true }),
  {
    id: 'login',
    header: 'Last sign-in',
    width: '120px',
    cell: ({ lastLoginAt }) =>
      lastLoginAt === null ? <span className="quiet">never</span> : <TimeAgo at={lastLoginAt} />,
    text: ({ lastLoginAt }) => lastLoginAt,
  },
  {
    id: 'did',
    header: 'Did',
    width: '110px',
    cell: ({ id }) => <AppLink to={`/audit?actor=${id}`}>Audit trail</AppLink>,
  },
];

export function Component() {
  const whyNot = useWhyNot();
  const [isCreating, setCreating] = useState(false);
  const [edited, setEdited] = useState<User>();
  const [reset, setReset] = useState<User>();
  const pages = usePages(AUTHORITY_ROUTES.listUsers, { query: {} });
  const active = pages.items.filter(({ isActive }) => isActive).length;
  return (
    <Page
      title="Users"
      sentence={pages.isPending ? ' ' : `${counted(active, 'person', 'people')} can sign in to this tenant.`}
      actions={
        <Button kind="primary" icon="plus" onPress={() => setCreating(true)} disabledReason={whyNot('user.write')}>
          Create user…
        </Button>
      }
      command="stella user list"
      asOfMs={pages.asOfMs}
    >
      <DataGrid
        name="users"
        label="Users"
        columns={COLUMNS}
        pages={pages}
        rowId={({ id }) => id}
        actions={[
          { id: 'edit', label: 'Change user', run: setEdited, disabledReason: () => whyNot('user.write') },
          { id: 'password', label: 'Give another password', run: setReset, disabledReason: () => whyNot('user.write') },
        ]}
        empty={<EmptyState title="There is no user" icon="users" command="stella user create NAME" />}
      />
      <CreateUserDialog isOpen={isCreating} onClose={() => setCreating(false)} />
      <EditUserDialog user={edited} onClose={() => setEdited(undefined)} />
      <ResetPasswordDialog user={reset} onClose={() => setReset(undefined)} />
    </Page>
  );
}
