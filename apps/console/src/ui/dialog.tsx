import './dialog.css';
import { type ReactNode, useState } from 'react';
import { Dialog as AriaDialog } from 'react-aria-components/Dialog';
import { Heading } from 'react-aria-components/Heading';
import { Modal, ModalOverlay } from 'react-aria-components/Modal';
import { IconButton } from './button.tsx';
import { Form, TextField } from './form.tsx';
import type { AppError } from '@stella-ops/engine-kernel/errors';

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly size?: 'small' | 'medium' | 'large';
  /** Something was typed: neither Escape nor a click beside it throws that away. */
  readonly isDirty?: boolean;
}

/** A question that must be answered first. Focus goes in, stays in, and comes back where it was. */
export function Dialog({ title, isOpen, onClose, children, size = 'medium', isDirty = false }: DialogProps) {
  return (
    <ModalOverlay
      className="scrim"
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      isDismissable={!isDirty}
      isKeyboardDismissDisabled={isDirty}
    >
      <Modal className={`modal ${size}`}>
        <AriaDialog className="dialog">
          <header className="dialog-head">
            <Heading slot="title" level={2}>
              {title}
            </Heading>
            <IconButton icon="close" label="Close" onPress={onClose} />
          </header>
          <div className="dialog-body">{children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

/** Details at the side, with an address of their own: open it by a member of the query (`useUrlText(…, true)`). */
export function Drawer(props: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Link to the same as a page. */
  readonly pageLink?: ReactNode;
}) {
  return (
    <ModalOverlay
      className="scrim side"
      isOpen={props.isOpen}
      onOpenChange={(open) => !open && props.onClose()}
      isDismissable
    >
      <Modal className="drawer">
        <AriaDialog className="dialog">
          <header className="dialog-head">
            <Heading slot="title" level={2}>
              {props.title}
            </Heading>
            {props.pageLink}
            <IconButton icon="close" label="Close" onPress={props.onClose} />
          </header>
          <div className="dialog-body">{props.children}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}

interface ConfirmByNameProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  /** What must be typed: the environment's name. */
  readonly name: string;
  /** What `name` is: `environment`. */
  readonly nameOf: string;
  /** The verb on the button. */
  readonly verb: string;
  readonly isDanger?: boolean;
  readonly isPending?: boolean;
  readonly error?: AppError | null;
  /** A reason is asked for, unless it is `undefined`; `required` refuses an empty one. */
  readonly reason?: 'required' | 'optional';
  readonly onConfirm: (reason: string) => void;
  /** What will happen, with the exact digests. */
  readonly children: ReactNode;
}

/** For what cannot be undone, and for production: shows exactly what happens and asks for a name. */
export function ConfirmByName(props: ConfirmByNameProps) {
  const { name, nameOf, isOpen, onClose } = props;
  return (
    <Dialog title={props.title} isOpen={isOpen} onClose={onClose} isDirty={props.isPending ?? false}>
      {isOpen ? <ConfirmForm key={`${nameOf} ${name}`} {...props} /> : null}
    </Dialog>
  );
}

function ConfirmForm({ name, nameOf, verb, reason, onConfirm, onClose, children, ...rest }: ConfirmByNameProps) {
  const [typed, setTyped] = useState('');
  const [why, setWhy] = useState('');
  const [isTried, setTried] = useState(false);
  const nameFault = typed === name ? undefined : `Type ${name} to go on.`;
  const reasonFault = reason === 'required' && why.trim() === '' ? 'Say why: it is kept with the evidence.' : undefined;
  return (
    <Form
      error={rest.error ?? null}
      onSubmit={() => {
        setTried(true);
        if (nameFault === undefined && reasonFault === undefined) onConfirm(why.trim());
      }}
      verb={verb}
      isPending={rest.isPending ?? false}
      isDanger={rest.isDanger === true}
      onCancel={onClose}
      cancel="Keep as it is"
    >
      {children}
      {reason === undefined ? null : (
        <TextField
          label="Reason"
          value={why}
          onChange={setWhy}
          isMultiline
          isRequired={reason === 'required'}
          maxLength={2000}
          autoFocus
          error={isTried ? reasonFault : undefined}
        />
      )}
      <TextField
        label={`Name of the ${nameOf}`}
        help={`Type ${name} to confirm.`}
        value={typed}
        onChange={setTyped}
        isRequired
        isMono
        autoFocus={reason === undefined}
        error={isTried ? nameFault : undefined}
      />
    </Form>
  );
}
