import { AUTHORITY_ROUTES, type User } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useApi, useCommand } from '../../../api/index.ts';
import { Checkbox, Form, Skeleton, TextField } from '../../../ui/index.ts';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { DisplayNameField, NewPasswordField, passwordFault, userNameFault } from './account-fields.tsx';
import { Choices } from './choices.tsx';

/** Creates a user. */
export function CreateUserDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Create user" isOpen={isOpen} onClose={onClose} size="large">
      {(inside) => <CreateForm {...inside} />}
    </FormDialog>
  );
}

/** Changes name, roles and whether the account may be used. */
export function EditUserDialog({ user, onClose }: { readonly user: User | undefined; readonly onClose: () => void }) {
  return (
    <FormDialog title={`Change ${user?.name ?? 'user'}`} isOpen={user !== undefined} onClose={onClose} size="large">
      {(inside) => (user === undefined ? null : <EditLoader userId={user.id} {...inside} />)}
    </FormDialog>
  );
}

function useRoleChoices(): { id: string; summary: string }[] {
  const roles = useApi(AUTHORITY_ROUTES.listRoles, {}).data?.body.roles ?? [];
  return roles.map(({ name, summary }) => ({ id: name, summary }));
}

function CreateForm({ close, touched }: InsideDialog) {
  const roleChoices = useRoleChoices();
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<readonly string[]>([]);
  const [isTried, setTried] = useState(false);
  const create = useCommand(AUTHORITY_ROUTES.createUser);
  const nameFault = userNameFault(name);
  return (
    <Form
      error={create.error}
      onSubmit={() => {
        setTried(true);
        if (nameFault !== undefined || passwordFault(password) !== undefined) return;
        create.mutate(
          {
            body: {
              name: name.trim(),
              displayName: displayName.trim() === '' ? name.trim() : displayName.trim(),
              roles: [...roles],
              password,
              ...(email.trim() === '' ? {} : { email: email.trim() }),
            },
          },
          { onSuccess: close },
        );
      }}
      verb="Create user"
      isPending={create.isPending}
      onCancel={close}
    >
      <TextField
        label="User name"
        value={name}
        onChange={touched(setName)}
        isRequired
        isMono
        autoFocus
        maxLength={64}
        error={isTried ? nameFault : undefined}
      />
      <DisplayNameField label="Name" value={displayName} onChange={touched(setDisplayName)} />
      <TextField label="Mail address" type="email" value={email} onChange={touched(setEmail)} maxLength={200} />
      <NewPasswordField
        label="Password"
        hasToBeTold
        value={password}
        onChange={touched(setPassword)}
        isTried={isTried}
      />
      <Choices
        label="Roles"
        help="Nobody can give away more than they have."
        choices={roleChoices}
        chosen={roles}
        onChange={touched(setRoles)}
      />
    </Form>
  );
}

/** Reads the user anew: what is changed here must be what the server has now. */
function EditLoader({ userId, ...inside }: InsideDialog & { readonly userId: string }) {
  const query = useApi(AUTHORITY_ROUTES.getUser, { params: { userId } });
  if (query.data === undefined) return <Skeleton lines={5} />;
  return <EditForm key={query.data.body.version} user={query.data.body} etag={query.data.etag} {...inside} />;
}

function EditForm({
  user,
  etag,
  close,
  touched,
}: InsideDialog & { readonly user: User; readonly etag: string | undefined }) {
  const roleChoices = useRoleChoices();
  const [displayName, setDisplayName] = useState(user.displayName);
  const [roles, setRoles] = useState<readonly string[]>(user.roles);
  const [isActive, setActive] = useState(user.isActive);
  const [isTried, setTried] = useState(false);
  const update = useCommand(AUTHORITY_ROUTES.updateUser);
  const nameFault = displayName.trim() === '' ? 'Give a name.' : undefined;
  return (
    <Form
      error={update.error}
      onSubmit={() => {
        setTried(true);
        if (nameFault !== undefined) return;
        update.mutate(
          {
            params: { userId: user.id },
            body: { displayName: displayName.trim(), roles: [...roles], isActive },
            ...(etag === undefined ? {} : { ifMatch: etag }),
          },
          { onSuccess: close },
        );
      }}
      verb="Change user"
      isPending={update.isPending}
      onCancel={close}
      cancel="Keep as it is"
    >
      <TextField
        label="Name"
        value={displayName}
        onChange={touched(setDisplayName)}
        isRequired
        autoFocus
        maxLength={200}
        error={isTried ? nameFault : undefined}
      />
      <Choices label="Roles" choices={roleChoices} chosen={roles} onChange={touched(setRoles)} />
      <Checkbox label="The account may be used" isSelected={isActive} onChange={touched(setActive)} />
    </Form>
  );
}
