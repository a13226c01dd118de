import { AUTHORITY_ROUTES } from '@stella-ops/contracts/authority';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { Form } from '../../../ui/index.ts';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { MadeSecret } from '../../common/made-secret.tsx';
import { isSlug } from '../../common/slug.ts';
import { SlugField } from '../../common/slug-field.tsx';
import { ScopeChoices } from './scope-choices.tsx';

/** Registers a program that signs in by its own secret, without a person. */
export function CreateClientDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Register client" isOpen={isOpen} onClose={onClose} size="large">
      {(inside) => <ClientForm {...inside} />}
    </FormDialog>
  );
}

function ClientForm({ close, touched }: InsideDialog) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [isTried, setTried] = useState(false);
  const create = useCommand(AUTHORITY_ROUTES.createClient);
  const made = create.data?.body;
  if (made !== undefined) {
    return (
      <MadeSecret
        notice={`The secret of ${made.client.name} is shown this once, and kept nowhere.`}
        secret={made.secret}
        what="secret of the client"
        word="secret"
        onClose={close}
      >
        <p>
          Client id <code>{made.client.id}</code>
        </p>
      </MadeSecret>
    );
  }
  return (
    <Form
      error={create.error}
      onSubmit={() => {
        setTried(true);
        if (!isSlug(name.trim()) || scopes.length === 0) return;
        create.mutate({ body: { name: name.trim(), scopes: [...scopes] } });
      }}
      verb="Register client"
      isPending={create.isPending}
      onCancel={close}
    >
      <SlugField value={name} onChange={touched(setName)} isTried={isTried} />
      <ScopeChoices chosen={scopes} onChange={touched(setScopes)} isTried={isTried} />
    </Form>
  );
}
