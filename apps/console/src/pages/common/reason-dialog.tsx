import type { AppError } from '@stella-ops/engine-kernel/errors';
import { type ReactNode, useState } from 'react';
import { Dialog, Form, TextField } from '../../ui/index.ts';

interface ReasonDialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** The verb on the button: what will happen. */
  readonly verb: string;
  /** The verb of the button that leaves everything as it is. */
  readonly keep?: string;
  readonly isDanger?: boolean;
  readonly isPending: boolean;
  readonly error: AppError | null;
  readonly help?: string;
  readonly size?: 'medium' | 'large';
  readonly onConfirm: (reason: string) => void;
  /** What will happen, exactly. */
  readonly children: ReactNode;
}

/** Asks for a reason before something happens. A reason that was typed is not thrown away by Escape. */
export function ReasonDialog(props: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  const [isTried, setTried] = useState(false);
  const fault = reason.trim() === '' ? 'Say why: it is kept with the evidence.' : undefined;
  const close = (): void => {
    setReason('');
    setTried(false);
    props.onClose();
  };
  return (
    <Dialog
      title={props.title}
      isOpen={props.isOpen}
      onClose={close}
      size={props.size ?? 'medium'}
      isDirty={reason !== '' || props.isPending}
    >
      <Form
        error={props.error}
        onSubmit={() => {
          setTried(true);
          if (fault === undefined && !props.isPending) props.onConfirm(reason.trim());
        }}
        verb={props.verb}
        isPending={props.isPending}
        isDanger={props.isDanger === true}
        onCancel={close}
        cancel={props.keep ?? 'Keep as it is'}
      >
        {props.children}
        <TextField
          label="Reason"
          value={reason}
          onChange={setReason}
          isMultiline
          isRequired
          autoFocus
          maxLength={2000}
          {...(props.help === undefined ? {} : { help: props.help })}
          error={isTried ? fault : undefined}
        />
      </Form>
    </Dialog>
  );
}
