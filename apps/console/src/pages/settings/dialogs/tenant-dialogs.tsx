import { AUTHORITY_ROUTES, type Tenant, UserName } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { Form, TextField } from '../../../ui/index.ts';
import { isSlug, SLUG_FAULT } from '../../common/slug.ts';
import { passwordFault } from '../password-fault.ts';
import { FormDialog } from './form-dialog.tsx';

/** Creates a tenant with its first administrator. */
export function CreateTenantDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Create tenant" isOpen={isOpen} onClose={onClose}>
      {({ close, setDirty }) => <CreateForm onClose={close} onDirty={() => setDirty(true)} />}
    </FormDialog>
  );
}

function CreateForm({ onClose, onDirty }: { readonly onClose: () => void; readonly onDirty: () => void }) {
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [administrator, setAdministrator] = useState('admin');
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const create = useCommand(AUTHORITY_ROUTES.createTenant);
  const nameFault = isSlug(name.trim()) ? undefined : SLUG_FAULT;
  const userFault = UserName.safeParse(administrator.trim()).success ? undefined : 'Give a lower-case user name.';
  const newFault = passwordFault(password);
  const touched = (set: (value: string) => void) => (value: string) => {
    onDirty();
    set(value);
  };
  return (
    <Form
      error={create.error}
      onSubmit={() => {
        setTried(true);
        if (nameFault !== undefined || userFault !== undefined || newFault !== undefined) return;
        create.mutate(
          {
            body: {
              name: name.trim(),
              displayName: displayName.trim() === '' ? name.trim() : displayName.trim(),
              administrator: { name: administrator.trim(), password },
            },
          },
          { onSuccess: onClose },
        );
      }}
      verb="Create tenant"
      isPending={create.isPending}
      onCancel={onClose}
    >
      <TextField
        label="Name"
        help="Lower case; people give it when they sign in."
        value={name}
        onChange={touched(setName)}
        isRequired
        isMono
        autoFocus
        maxLength={63}
        error={isTried ? nameFault : undefined}
      />
      <TextField
        label="Title"
        help="As people write it."
        value={displayName}
        onChange={touched(setDisplayName)}
        maxLength={200}
      />
      <TextField
        label="First administrator"
        value={administrator}
        onChange={touched(setAdministrator)}
        isRequired
        isMono
        maxLength={64}
        error={isTried ? userFault : undefined}
      />
      <TextField
        label="Password of the administrator"
        help="At least 12 characters that are no common password."
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={touched(setPassword)}
        isRequired
        maxLength={200}
        error={isTried ? newFault : undefined}
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
