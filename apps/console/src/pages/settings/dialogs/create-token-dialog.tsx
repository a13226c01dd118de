import '../../common/layout.css';
import { SCOPES } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { nowMs, useCommand, useMe } from '../../../api/index.ts';
import { Button, Form, Notice, Select, TextField, TimeAgo } from '../../../ui/index.ts';
import { CommandBlock, Secret } from '../../common/command-block.tsx';
import { Choices } from './choices.tsx';
import { FormDialog } from './form-dialog.tsx';

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
      {({ close, setDirty }) => <TokenForm onClose={close} onDirty={() => setDirty(true)} />}
    </FormDialog>
  );
}

function TokenForm({ onClose, onDirty }: { readonly onClose: () => void; readonly onDirty: () => void }) {
  const scopes = useMe()?.scopes ?? [];
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [days, setDays] = useState('90');
  const [isTried, setTried] = useState(false);
  const create = useCommand(AUTHORITY_ROUTES.createToken);
  const made = create.data?.body;
  if (made !== undefined) {
    return (
      <div className="stack">
        <Notice tone="gate" icon="key">
          The secret of {made.token.name} is shown this once, and kept nowhere. It ends{' '}
          <TimeAgo at={made.token.expiresAt} />.
        </Notice>
        <Secret text={made.secret} what="secret of the token" />
        <CommandBlock title="Use it in a pipeline" text={'STELLA_TOKEN_FILE=token stella whoami'}>
          With the secret in the file <code>token</code>; secrets are never given as arguments.
        </CommandBlock>
        <div className="row">
          <Button kind="primary" onPress={onClose}>
            I have kept the secret
          </Button>
        </div>
      </div>
    );
  }
  const nameFault = name.trim() === '' ? 'Say what it is for.' : undefined;
  const scopeFault = chosen.length === 0 ? 'Choose what it may do.' : undefined;
  return (
    <Form
      error={create.error}
      onSubmit={() => {
        setTried(true);
        if (nameFault !== undefined || scopeFault !== undefined) return;
        create.mutate({
          body: {
            name: name.trim(),
            scopes: [...chosen],
            // A minute less: the limit of a year is counted from the server's clock.
            expiresAt: new Date(nowMs() + Number(days) * DAY_MS - 60_000).toISOString(),
          },
        });
      }}
      verb="Create token"
      isPending={create.isPending}
      onCancel={onClose}
    >
      <TextField
        label="Name"
        help="What it is for, such as the name of the pipeline."
        value={name}
        onChange={(text) => {
          onDirty();
          setName(text);
        }}
        isRequired
        autoFocus
        maxLength={100}
        error={isTried ? nameFault : undefined}
      />
      <Select label="Ends after" options={LENGTHS} value={days} onChange={setDays} />
      <Choices
        label="What it may do"
        help="It acts as you, and never grants more than you have when it is used."
        choices={scopes.map((id) => ({
          id,
          summary: Object.hasOwn(SCOPES, id) ? SCOPES[id as keyof typeof SCOPES] : '',
        }))}
        chosen={chosen}
        onChange={(next) => {
          onDirty();
          setChosen(next);
        }}
        error={isTried ? scopeFault : undefined}
      />
    </Form>
  );
}
