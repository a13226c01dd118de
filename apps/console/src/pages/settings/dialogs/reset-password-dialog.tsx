import { AUTHORITY_ROUTES, type User } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { Form } from '../../../ui/index.ts';
import { FormDialog } from '../../common/form-dialog.tsx';
import { NewPasswordField, passwordFault } from './account-fields.tsx';

/** Gives somebody another password; their sessions end. */
export function ResetPasswordDialog({
  user,
  onClose,
}: {
  readonly user: User | undefined;
  readonly onClose: () => void;
}) {
  return (
    <FormDialog title={`Another password for ${user?.name ?? ''}`} isOpen={user !== undefined} onClose={onClose}>
      {({ close }) => (user === undefined ? null : <ResetForm user={user} onClose={close} />)}
    </FormDialog>
  );
}

function ResetForm({ user, onClose }: { readonly user: User; readonly onClose: () => void }) {
  const [password, setPassword] = useState('');
  const [isTried, setTried] = useState(false);
  const reset = useCommand(AUTHORITY_ROUTES.resetPassword);
  const fault = passwordFault(password);
  return (
    <Form
      error={reset.error}
      onSubmit={() => {
        setTried(true);
        if (fault === undefined)
          reset.mutate({ params: { userId: user.id }, body: { password } }, { onSuccess: onClose });
      }}
      verb="Change password"
      isPending={reset.isPending}
      isDanger
      onCancel={onClose}
      cancel="Keep as it is"
    >
      <p>All sessions of {user.displayName} end. Tell them the new password by a way that you trust.</p>
      <NewPasswordField value={password} onChange={setPassword} isTried={isTried} autoFocus />
    </Form>
  );
}
