import '../../common/layout.css';
import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { Button, Dialog, Form, Notice, TextField, TimeAgo } from '../../../ui/index.ts';
import { CommandBlock, Secret } from '../../common/command-block.tsx';
import { isSlug, SLUG_FAULT } from '../../common/slug.ts';

/** Makes a token by which one agent may enrol, and shows what to run on its host. */
export function EnrolAgentDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  const [isDirty, setDirty] = useState(false);
  const close = (): void => {
    setDirty(false);
    onClose();
  };
  return (
    <Dialog title="Enrol agent" isOpen={isOpen} onClose={close} isDirty={isDirty} size="large">
      {isOpen ? <EnrolForm onClose={close} onDirty={setDirty} /> : null}
    </Dialog>
  );
}

function EnrolForm({ onClose, onDirty }: { readonly onClose: () => void; readonly onDirty: (is: boolean) => void }) {
  const [name, setName] = useState('');
  const [isTried, setTried] = useState(false);
  const enrol = useCommand(DEPLOYMENTS_ROUTES.createEnrolment);
  const made = enrol.data?.body;
  if (made !== undefined) {
    const file = `${name.trim()}.token`;
    return (
      <div className="stack">
        <Notice tone="gate" icon="key">
          The token is shown this once. It counts for one agent named {name.trim()}, until it ends{' '}
          <TimeAgo at={made.expiresAt} />.
        </Notice>
        <Secret text={made.token} what="enrolment token" />
        <p>
          Put it into a file <code>{file}</code> on the host of the agent, then run there:
        </p>
        <CommandBlock
          title="On the host"
          text={`stella-agent enrol --server ${made.address} --token-file ${file} \\\n  --authority-fingerprint ${made.authorityFingerprint}\nstella-agent run`}
        >
          The agent makes its own key and dials out only; nothing on the host listens. The fingerprint is that of the
          authority which it must meet.
        </CommandBlock>
        <div className="row">
          <Button kind="primary" onPress={onClose}>
            I have kept the token
          </Button>
        </div>
      </div>
    );
  }
  const fault = isSlug(name.trim()) ? undefined : SLUG_FAULT;
  return (
    <Form
      error={enrol.error}
      onSubmit={() => {
        setTried(true);
        if (fault === undefined) enrol.mutate({ body: { name: name.trim() } }, { onSuccess: () => onDirty(true) });
      }}
      verb="Make enrolment token"
      isPending={enrol.isPending}
      onCancel={onClose}
    >
      <p className="quiet">
        An agent runs beside the Docker Engine or on the script host that it deploys to. It proves who it is by a
        certificate of its own, which it gets for the token.
      </p>
      <TextField
        label="Name of the agent"
        help="Such as the name of its host."
        value={name}
        onChange={setName}
        isRequired
        isMono
        autoFocus
        maxLength={63}
        error={isTried ? fault : undefined}
      />
    </Form>
  );
}
