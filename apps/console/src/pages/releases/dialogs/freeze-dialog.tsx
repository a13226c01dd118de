import { type Environment, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import { useState } from 'react';
import { nowMs, useCommand } from '../../../api/index.ts';
import { Dialog, Form, TextField } from '../../../ui/index.ts';
import { utcTime } from '../model/fields.ts';

interface FreezeDialogProps {
  readonly environment: Environment;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Closes an environment for a while. */
export function FreezeDialog(props: FreezeDialogProps) {
  return (
    <Dialog title={`Freeze ${props.environment.name}`} isOpen={props.isOpen} onClose={props.onClose}>
      {props.isOpen ? <FreezeForm {...props} /> : null}
    </Dialog>
  );
}

const TIME_HELP = 'In UTC, such as 2026-12-24 12:00.';

function FreezeForm({ environment, onClose }: FreezeDialogProps) {
  const freeze = useCommand(RELEASES_ROUTES.createFreeze);
  const [now] = useState(() => minute(nowMs()));
  const [starts, setStarts] = useState(now);
  const [ends, setEnds] = useState('');
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const startsAt = utcTime(starts);
  const endsAt = utcTime(ends);
  const faults = {
    starts: startsAt === undefined ? TIME_HELP : undefined,
    ends:
      endsAt === undefined
        ? TIME_HELP
        : startsAt !== undefined && endsAt <= startsAt
          ? 'A freeze ends after it starts.'
          : undefined,
    reason: reason.trim() === '' ? 'Say why: people who wait read it.' : undefined,
  };
  return (
    <Form
      error={freeze.error}
      onSubmit={() => {
        setTried(true);
        const isFaulty = Object.values(faults).some((fault) => fault !== undefined);
        if (isFaulty || startsAt === undefined || endsAt === undefined) return;
        freeze.mutate(
          {
            params: { environmentId: environment.id },
            // Now is now by the clock of the server, whatever that of this computer says.
            body: { ...(starts === now ? {} : { startsAt }), endsAt, reason: reason.trim() },
          },
          { onSuccess: onClose },
        );
      }}
      verb={`Freeze ${environment.name}`}
      isPending={freeze.isPending}
      onCancel={onClose}
    >
      <p>While it lasts nothing is promoted to {environment.name}. What runs there goes on running.</p>
      <TextField
        label="Reason"
        value={reason}
        onChange={setReason}
        isRequired
        autoFocus
        maxLength={500}
        error={isTried ? faults.reason : undefined}
      />
      <TextField
        label="Starts"
        help={TIME_HELP}
        value={starts}
        onChange={setStarts}
        isRequired
        isMono
        error={isTried ? faults.starts : undefined}
      />
      <TextField
        label="Ends"
        help={TIME_HELP}
        value={ends}
        onChange={setEnds}
        isRequired
        isMono
        error={isTried ? faults.ends : undefined}
      />
    </Form>
  );
}

const minute = (atMs: number): string => new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
