import { DEPLOYMENTS_ROUTES } from '@stella-ops/contracts/deployments';
import { useState } from 'react';
import { useCommand } from '../../../api/index.ts';
import { Form, TimeAgo } from '../../../ui/index.ts';
import { CommandBlock } from '../../common/command-block.tsx';
import { FormDialog, type InsideDialog } from '../../common/form-dialog.tsx';
import { MadeSecret } from '../../common/made-secret.tsx';
import { isSlug } from '../../common/slug.ts';
import { SlugField } from '../../common/slug-field.tsx';

/** Makes a token by which one agent may enrol, and shows what to run on its host. */
export function EnrolAgentDialog({ isOpen, onClose }: { readonly isOpen: boolean; readonly onClose: () => void }) {
  return (
    <FormDialog title="Enrol agent" isOpen={isOpen} onClose={onClose} size="large">
      {(inside) => <EnrolForm {...inside} />}
    </FormDialog>
  );
}

function EnrolForm({ close, setDirty }: InsideDialog) {
  const [name, setName] = useState('');
  const [isTried, setTried] = useState(false);
  const enrol = useCommand(DEPLOYMENTS_ROUTES.createEnrolment);
  const made = enrol.data?.body;
  if (made !== undefined) {
    const file = `${name.trim()}.token`;
    return (
      <MadeSecret
        notice={
          <>
            The token is shown this once. It counts for one agent named {name.trim()}, until it ends{' '}
            <TimeAgo at={made.expiresAt} />.
          </>
        }
        secret={made.token}
        what="enrolment token"
        word="token"
        onClose={close}
      >
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
      </MadeSecret>
    );
  }
  return (
    <Form
      error={enrol.error}
      onSubmit={() => {
        setTried(true);
        if (!isSlug(name.trim())) return;
        // Its answer is shown once: while it is on its way the dialog stays.
        setDirty(true);
        enrol.mutate({ body: { name: name.trim() } }, { onError: () => setDirty(false) });
      }}
      verb="Make enrolment token"
      isPending={enrol.isPending}
      onCancel={close}
    >
      <p className="quiet">
        An agent runs beside the Docker Engine or on the script host that it deploys to. It proves who it is by a
        certificate of its own, which it gets for the token.
      </p>
      <SlugField
        label="Name of the agent"
        help="Such as the name of its host."
        value={name}
        onChange={setName}
        isTried={isTried}
      />
    </Form>
  );
}
