import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { nowMs, useCommand } from '../../../api/index.ts';
import { Form, Select, TextField, TimeAgo } from '../../../ui/index.ts';
import { CommandBlock } from '../../common/command-block.tsx';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { MadeSecret } from '../../common/made-secret.tsx';
import { ScopeChoices } from './scope-choices.tsx';

const DAY_MS = 86_400_000;
const LENGTHS = [
  { id: '7', label: '7 days' },
  { id: '30', label: '30 days' },
  { id: '90', label: '90 days' },
  { id: '365', label: 'A year' },
];

/** Makes an API token of the person who asks; its secret is shown once. */
export function CreateTokenDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Create API token" isOpen={isOpen} onClose={onClose} size="large">
      {(inside) => <TokenForm {...inside} />}
    </FormDialog>
  );
}

function TokenForm({ close, touched }: InsideDialog) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [days, setDays] = useState('90');
  const [isTried, setTried] = useState(false);
  const create = useCommand(AUTHORITY_ROUTES.createToken);
  const made = create.data?.body;
  if (made !== undefined) {
    return (
      <MadeSecret
        notice={
          <>
            The secret of {made.token.name} is shown this once, and kept nowhere. It ends{' '}
            <TimeAgo at={made.token.expiresAt} />.
          </>
        }
        secret={made.secret}
        what="secret of the token"
        word="secret"
        onClose={close}
      >
        <CommandBlock title="Use it in a pipeline" text="STELLA_TOKEN_FILE=token stella whoami">
          With the secret in the file <code>token</code>; secrets are never given as arguments.
        </CommandBlock>
      </MadeSecret>
    );
  }
  const nameFault = name.trim() === '' ? 'Say what it is for.' : undefined;
  return (
    <Form
      error={create.error}
      onSubmit={() => {
        setTried(true);
        if (nameFault !== undefined || scopes.length === 0) return;
        create.mutate({
          body: {
            name: name.trim(),
            scopes: [...scopes],
            // A minute less: the limit of a year is counted from the server's clock.
            expiresAt: new Date(nowMs() + Number(days) * DAY_MS - 60_000).toISOString(),
          },
        });
      }}
      verb="Create token"
      isPending={create.isPending}
      onCancel={close}
    >
      <TextField
        label="Name"
        help="What it is for, such as the name of the pipeline."
        value={name}
        onChange={touched(setName)}
        isRequired
        autoFocus
        maxLength={100}
        error={isTried ? nameFault : undefined}
      />
      <Select label="Ends after" options={LENGTHS} value={days} onChange={touched(setDays)} />
      <ScopeChoices
        help="It acts as you, and never grants more than you have when it is used."
        chosen={scopes}
        onChange={touched(setScopes)}
        isTried={isTried}
      />
    </Form>
  );
}
