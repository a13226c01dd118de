import '../../common/layout.css';
import { SCOPES } from '@stella-ops/contracts';
import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useCommand, useMe } from '../../../api/index.ts';
import { Button, Form, Notice, TextField } from '../../../ui/index.ts';
import { Secret } from '../../common/command-block.tsx';
import { isSlug, SLUG_FAULT } from '../../common/slug.ts';
import { Choices } from './choices.tsx';
import { FormDialog } from './form-dialog.tsx';

/** Registers a program that signs in by its own secret, without a person. */
export function CreateClientDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Register client" isOpen={isOpen} onClose={onClose} size="large">
      {({ close, setDirty }) => <ClientForm onClose={close} onDirty={() => setDirty(true)} />}
    </FormDialog>
  );
}

function ClientForm({ onClose, onDirty }: { readonly onClose: () => void; readonly onDirty: () => void }) {
  const scopes = useMe()?.scopes ?? [];
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [isTried, setTried] = useState(false);
  const create = useCommand(AUTHORITY_ROUTES.createClient);
  const made = create.data?.body;
  if (made !== undefined) {
    return (
      <div className="stack">
        <Notice tone="gate" icon="key">
          The secret of {made.client.name} is shown this once, and kept nowhere.
        </Notice>
        <p>
          Client id <code>{made.client.id}</code>
        </p>
        <Secret text={made.secret} what="secret of the client" />
        <div className="row">
          <Button kind="primary" onPress={onClose}>
            I have kept the secret
          </Button>
        </div>
      </div>
    );
  }
  const nameFault = isSlug(name.trim()) ? undefined : SLUG_FAULT;
  const scopeFault = chosen.length === 0 ? 'Choose what it may do.' : undefined;
  return (
    <Form
      error={create.error}
      onSubmit={() => {
        setTried(true);
        if (nameFault !== undefined || scopeFault !== undefined) return;
        create.mutate({ body: { name: name.trim(), scopes: [...chosen] } });
      }}
      verb="Register client"
      isPending={create.isPending}
      onCancel={onClose}
    >
      <TextField
        label="Name"
        value={name}
        onChange={(text) => {
          onDirty();
          setName(text);
        }}
        isRequired
        isMono
        autoFocus
        maxLength={63}
        error={isTried ? nameFault : undefined}
      />
      <Choices
        label="What it may do"
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
