import { AUTHORITY_ROUTES, type Tenant } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { Form, TextField } from '../../../ui/index.ts';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { isSlug } from '../../common/slug.ts';
import { SlugField } from '../../common/slug-field.tsx';
import { DisplayNameField, NewPasswordField, passwordFault, userNameFault } from './account-fields.tsx';

/** Creates a tenant with its first administrator. */
export function CreateTenantDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Create tenant" isOpen={isOpen} onClose={onClose}>
      {(inside) => <CreateForm {...inside} />}
    </FormDialog>
  );
}

function CreateForm({ close, touched }: InsideDialog) {
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [administrator, setAdministrator] = useState('admin');
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const create = useCommand(AUTHORITY_ROUTES.createTenant);
  const userFault = userNameFault(administrator);
  const newFault = passwordFault(password);
  return (
    <Form
      error={create.error}
      onSubmit={() => {
        setTried(true);
        if (!isSlug(name.trim()) || userFault !== undefined || newFault !== undefined) return;
        create.mutate(
          {
            body: {
              name: name.trim(),
              displayName: displayName.trim() === '' ? name.trim() : displayName.trim(),
              administrator: { name: administrator.trim(), password },
            },
          },
          { onSuccess: close },
        );
      }}
      verb="Create tenant"
      isPending={create.isPending}
      onCancel={close}
    >
      <SlugField
        help="Lower case; people give it when they sign in."
        value={name}
        onChange={touched(setName)}
        isTried={isTried}
      />
      <DisplayNameField label="Title" value={displayName} onChange={touched(setDisplayName)} />
      <TextField
        label="First administrator"
        value={administrator}
        onChange={touched(setAdministrator)}
        isRequired
        isMono
        maxLength={64}
        error={isTried ? userFault : undefined}
      />
      <NewPasswordField
        label="Password of the administrator"
        value={password}
        onChange={touched(setPassword)}
        isTried={isTried}
      />
    </Form>
  );
}

/** Renames a tenant. */
export function RenameTenantDialog({
  tenant,
  onClose,
}: {
  readonly tenant: Tenant | undefined;
  readonly onClose: () => void;
}) {
  return (
    <FormDialog title={`Rename ${tenant?.name ?? ''}`} isOpen={tenant !== undefined} onClose={onClose}>
      {({ close }) => (tenant === undefined ? null : <RenameForm tenant={tenant} onClose={close} />)}
    </FormDialog>
  );
}

function RenameForm({ tenant, onClose }: { readonly tenant: Tenant; readonly onClose: () => void }) {
  const [displayName, setDisplayName] = useState(tenant.displayName);
  const update = useCommand(AUTHORITY_ROUTES.updateTenant);
  return (
    <Form
      error={update.error}
      onSubmit={() => {
        if (displayName.trim() === '') return;
        update.mutate(
          {
            params: { tenantId: tenant.id },
            body: { displayName: displayName.trim() },
            ifMatch: etagOf(tenant),
          },
          { onSuccess: onClose },
        );
      }}
      verb="Rename tenant"
      isPending={update.isPending}
      onCancel={onClose}
      cancel="Keep as it is"
    >
      <TextField
        label="Title"
        value={displayName}
        onChange={setDisplayName}
        isRequired
        autoFocus
        maxLength={200}
        error={displayName.trim() === '' ? 'Give a title.' : undefined}
      />
    </Form>
  );
}

/** There is no route that reads one tenant; the list has the version that its tag is made of. */
export function etagOf({ version }: { readonly version: number }): string {
  return `"v${version}"`;
}
