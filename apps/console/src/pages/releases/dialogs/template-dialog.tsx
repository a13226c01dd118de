import '../../common/filters.css';
import type { ByteStream } from '@stella-ops/contracts';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import type { Environment } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { Dialog, Form, Select, TextField } from '../../../ui/index.ts';
import { FileField } from '../../common/file-field.tsx';
import { wholeNumber } from '../model/fields.ts';

interface TemplateDialogProps {
  readonly environment: Environment;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Gives an environment its Compose file or script template. */
export function TemplateDialog(props: TemplateDialogProps) {
  return (
    <Dialog
      title={`Template of ${props.environment.name}`}
      isOpen={props.isOpen}
      onClose={props.onClose}
      size="large"
      isDirty
    >
      {props.isOpen ? <TemplateForm {...props} /> : null}
    </Dialog>
  );
}

const KINDS = [
  { id: 'compose', label: 'Compose file' },
  { id: 'script', label: 'Script template' },
];
const STRATEGIES = [
  { id: 'all_at_once', label: 'All targets at once' },
  { id: 'rolling', label: 'Rolling, in batches' },
];

function TemplateForm({ environment, onClose }: TemplateDialogProps) {
  const save = useCommand(DEPLOYMENTS_ROUTES.setTemplate);
  const [kind, setKind] = useState('compose');
  const [strategy, setStrategy] = useState('all_at_once');
  const [batch, setBatch] = useState('1');
  const [text, setText] = useState('');
  const [isTried, setTried] = useState(false);
  const batchSize = wholeNumber(batch, 1, 100);
  const place = save.error?.place;
  return (
    <Form
      error={save.error}
      onSubmit={() => {
        setTried(true);
        if (text.trim() === '' || batchSize === undefined) return;
        save.mutate(
          {
            params: { environmentId: environment.id },
            query: {
              kind: kind === 'script' ? 'script' : 'compose',
              strategy: strategy === 'rolling' ? 'rolling' : 'all_at_once',
              batchSize,
            },
            body: yaml(text),
          },
          { onSuccess: onClose },
        );
      }}
      verb="Save template"
      isPending={save.isPending}
      onCancel={onClose}
      cancel="Keep as it is"
    >
      <Select label="Kind" options={KINDS} value={kind} onChange={setKind} />
      <TextField
        label={kind === 'script' ? 'Script template' : 'Compose file'}
        help="Name images as component:NAME; each is filled in with the digest of the release. What is not supported is refused by name."
        value={text}
        onChange={setText}
        isRequired
        isMultiline
        isMono
        rows={14}
        autoFocus
        error={
          place?.line === undefined
            ? isTried && text.trim() === ''
              ? 'Paste the template.'
              : undefined
            : `Line ${place.line}${place.column === undefined ? '' : `, column ${place.column}`}: ${save.error?.message ?? ''}`
        }
      />
      <FileField label="Take it from a file…" accept=".yaml,.yml,.json" onText={setText} />
      <Select label="Strategy" options={STRATEGIES} value={strategy} onChange={setStrategy} />
      {strategy === 'rolling' ? (
        <TextField
          label="Targets in a batch"
          value={batch}
          onChange={setBatch}
          type="number"
          isRequired
          error={isTried && batchSize === undefined ? 'A whole number from 1 to 100.' : undefined}
        />
      ) : null}
    </Form>
  );
}

function yaml(text: string): ByteStream {
  const content = new TextEncoder().encode(text);
  return {
    contentType: 'application/yaml',
    content: (async function* () {
      yield await Promise.resolve(content);
    })(),
  };
}
