import '../../common/layout.css';
import { POLICY_ROUTES } from '@stella-ops/contracts/policy';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { AppLink, Button, Form, Notice, TextField } from '../../../ui/index.ts';
import { TryPolicy } from '../parts/try-policy.tsx';
import { FileField } from '../../common/file-field.tsx';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';

/** Publishes a version of a policy pack from a file or pasted YAML. */
export function PublishPolicyDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Publish policy" isOpen={isOpen} onClose={onClose} size="large">
      {(inside) => <PublishForm {...inside} />}
    </FormDialog>
  );
}

function PublishForm({ close, setDirty }: InsideDialog) {
  const [source, setSource] = useState('');
  const [isTried, setTried] = useState(false);
  const [isTrying, setTrying] = useState(false);
  const publish = useCommand(POLICY_ROUTES.publishPack);
  const made = publish.data?.body;
  if (made !== undefined) {
    return (
      <div className="stack">
        <Notice tone="good" icon="check">
          {made.name} {made.version} is the active version. Every image is judged again.
        </Notice>
        <div className="row">
          <AppLink to={`/policies/${made.digest}`}>Open the policy</AppLink>
          <Button onPress={close}>Close</Button>
        </div>
      </div>
    );
  }
  const fault = source.trim() === '' ? 'Choose a file, or paste the YAML of a policy pack.' : undefined;
  const take = (text: string): void => {
    setDirty(text !== '');
    setSource(text);
  };
  return (
    <Form
      error={publish.error}
      onSubmit={() => {
        setTried(true);
        if (fault !== undefined) return;
        publish.mutate(
          { body: { contentType: 'application/yaml', content: oneChunk(source) } },
          { onSuccess: () => setDirty(false) },
        );
      }}
      verb="Publish and activate"
      isPending={publish.isPending}
      onCancel={close}
    >
      <p className="quiet">
        It becomes the active version of its name at once, and every image is judged again. A published version never
        changes: raise the version in the pack for each change.
      </p>
      <FileField label="Choose policy file" accept=".yaml,.yml" onText={take} />
      <div className="policy-paste">
        <TextField
          label="YAML"
          value={source}
          onChange={take}
          isMultiline
          rows={14}
          isMono
          isRequired
          error={isTried ? fault : undefined}
        />
      </div>
      {fault !== undefined ? null : isTrying ? (
        <TryPolicy source={source} />
      ) : (
        <div className="row">
          <Button icon="run" onPress={() => setTrying(true)}>
            Try on an image first…
          </Button>
        </div>
      )}
    </Form>
  );
}

async function* oneChunk(text: string): AsyncGenerator<Uint8Array, void> {
  yield await Promise.resolve(new TextEncoder().encode(text));
}
