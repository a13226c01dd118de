import '../../common/layout.css';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { useApi, useCommand } from '../../../api/index.ts';
import { Button, CopyCommand, Form, Notice, Select } from '../../../ui/index.ts';
import { command, commandWord } from '../../common/command-word.ts';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { isSlug } from '../../common/slug.ts';
import { SlugField } from '../../common/slug-field.tsx';

const KINDS = [
  { id: 'docker', label: 'Docker Engine' },
  { id: 'script', label: 'Script host' },
];

/** Adds a target to an environment, reached by an agent that has enrolled. */
export function AddTargetDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Add target" isOpen={isOpen} onClose={onClose}>
      {(inside) => <AddForm {...inside} />}
    </FormDialog>
  );
}

function AddForm({ close, touched }: InsideDialog) {
  const environments = useApi(RELEASES_ROUTES.listEnvironments, { query: { limit: 200 } }).data?.body.items;
  const agents = useApi(DEPLOYMENTS_ROUTES.listAgents, { query: { limit: 200 } }).data?.body.items;
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState<string>();
  const [agent, setAgent] = useState<string>();
  const [kind, setKind] = useState('docker');
  const [isTried, setTried] = useState(false);
  const add = useCommand(DEPLOYMENTS_ROUTES.createTarget);
  const usable = agents?.filter(({ status }) => status !== 'revoked');
  if (usable?.length === 0) {
    return (
      <div className="stack">
        <Notice tone="gate">No agent has enrolled yet. A target is reached by an agent: enrol one first.</Notice>
        <CopyCommand command="stella agent enrol NAME" />
        <div className="row">
          <Button onPress={close}>Close</Button>
        </div>
      </div>
    );
  }
  const environmentFault = environment === undefined ? 'Choose an environment.' : undefined;
  const agentFault = agent === undefined ? 'Choose an agent.' : undefined;
  return (
    <Form
      error={add.error}
      onSubmit={() => {
        setTried(true);
        if (!isSlug(name.trim()) || environment === undefined || agent === undefined) return;
        const body = { name: name.trim(), environment, agent, kind: kind === 'script' ? 'script' : 'docker' } as const;
        add.mutate({ body }, { onSuccess: close });
      }}
      verb="Add target"
      isPending={add.isPending}
      onCancel={close}
    >
      <SlugField
        help="How this place is called in plans and receipts."
        value={name}
        onChange={touched(setName)}
        isTried={isTried}
      />
      <Select
        label="Environment"
        options={(environments ?? []).map((one) => ({ id: one.name, label: one.name }))}
        value={environment}
        onChange={touched(setEnvironment)}
        isRequired
        error={isTried ? environmentFault : undefined}
      />
      <Select
        label="Agent"
        options={(usable ?? []).map((one) => ({ id: one.name, label: one.name }))}
        value={agent}
        onChange={touched(setAgent)}
        isRequired
        error={isTried ? agentFault : undefined}
      />
      <Select label="Kind" options={KINDS} value={kind} onChange={touched(setKind)} />
      <CopyCommand
        command={command(`stella target add ${commandWord(name.trim() === '' ? 'NAME' : name.trim())}`, {
          env: environment ?? 'ENV',
          agent: agent ?? 'AGENT',
          kind,
        })}
      />
    </Form>
  );
}
