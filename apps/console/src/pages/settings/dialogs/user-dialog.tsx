import { AUTHORITY_ROUTES, type User, UserName } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useApi, useCommand } from '../../../api/index.ts';
import { Checkbox, Form, Skeleton, TextField } from '../../../ui/index.ts';
import { passwordFault } from '../password-fault.ts';
import { Choices } from './choices.tsx';
import { FormDialog } from './form-dialog.tsx';

/** Creates a user. */
export function CreateUserDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Create user" isOpen={isOpen} onClose={onClose} size="large">
      {({ close, setDirty }) => <CreateForm onClose={close} onDirty={() => setDirty(true)} />}
    </FormDialog>
  );
}

/** Changes name, roles and whether the account may be used. */
export function EditUserDialog({ user, onClose }: { readonly user: User | undefined; readonly onClose: () => void }) {
  return (
    <FormDialog title={`Change ${user?.name ?? 'user'}`} isOpen={user !== undefined} onClose={onClose} size="large">
      {({ close, setDirty }) =>
        user === undefined ? null : <EditLoader userId={user.id} onClose={close} onDirty={() => setDirty(true)} />
      }
    </FormDialog>
  );
}

interface Inside {
  readonly onClose: () => void;
  readonly onDirty: () => void;
}

function useRoleChoices(): { id: string; summary: string }[] {
  const roles = useApi(AUTHORITY_ROUTES.listRoles, {}).data?.body.roles ?? [];
  return roles.map(({ name, summary }) => ({ id: name, summary }));
}

function CreateForm({ onClose, onDirty }: Inside) {
  const roleChoices = useRoleChoices();
  const [name, setName] = useState('');
  const [displayName, setDisplayName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [roles, setRoles] = useState<readonly string[]>([]);
  const [isTried, setTried] = useState(false);
  const create = useCommand(AUTHORITY_ROUTES.createUser);
  const nameFault = UserName.safeParse(name.trim()).success
    ? undefined
    : 'Use 1 to 64 lower-case letters, digits, and inner dots, hyphens and underscores.';
  const newFault = passwordFault(password);
  const touched =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      onDirty();
      set(value);
    };
  return (
    <Form
      error={create.error}
      onSubmit={() => {
        setTried(true);
        if (nameFault !== undefined || newFault !== undefined) return;
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
          { onSuccess: onClose },
        );
      }}
      verb="Create user"
      isPending={create.isPending}
      onCancel={onClose}
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
      <TextField
        label="Name"
        help="As people write it."
        value={displayName}
        onChange={touched(setDisplayName)}
        maxLength={200}
      />
      <TextField label="Mail address" type="email" value={email} onChange={touched(setEmail)} maxLength={200} />
      <TextField
        label="Password"
        help="At least 12 characters that are no common password. Tell it to them by a way that you trust."
        type="password"
        autoComplete="new-password"
        value={password}
        onChange={touched(setPassword)}
        isRequired
        maxLength={200}
        error={isTried ? newFault : undefined}
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
function EditLoader({ userId, ...inside }: Inside & { readonly userId: string }) {
  const query = useApi(AUTHORITY_ROUTES.getUser, { params: { userId } });
  if (query.data === undefined) return <Skeleton lines={5} />;
  return <EditForm key={query.data.body.version} user={query.data.body} etag={query.data.etag} {...inside} />;
}

function EditForm({
  user,
  etag,
  onClose,
  onDirty,
}: Inside & { readonly user: User; readonly etag: string | undefined }) {
  const roleChoices = useRoleChoices();
  const [displayName, setDisplayName] = useState(user.displayName);
  const [roles, setRoles] = useState<readonly string[]>(user.roles);
  const [isActive, setActive] = useState(user.isActive);
  const [isTried, setTried] = useState(false);
  const update = useCommand(AUTHORITY_ROUTES.updateUser);
  const nameFault = displayName.trim() === '' ? 'Give a name.' : undefined;
  const touched =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      onDirty();
      set(value);
    };
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
          { onSuccess: onClose },
        );
      }}
      verb="Change user"
      isPending={update.isPending}
      onCancel={onClose}
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
