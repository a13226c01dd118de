import { type ReactNode, useState } from 'react';
import { Dialog } from '../../../ui/index.ts';

interface Inside {
  readonly close: () => void;
  /** Something was typed, or a secret is shown: only a button closes the dialog from now on. */
  readonly setDirty: (is: boolean) => void;
}

/** A dialog around a form that begins anew each time it is opened. */
export function FormDialog(props: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly size?: 'small' | 'medium' | 'large';
  readonly children: (inside: Inside) => ReactNode;
}) {
  const [isDirty, setDirty] = useState(false);
  const close = (): void => {
    setDirty(false);
    props.onClose();
  };
  return (
    <Dialog title={props.title} isOpen={props.isOpen} onClose={close} isDirty={isDirty} size={props.size ?? 'medium'}>
      {props.isOpen ? props.children({ close, setDirty }) : null}
    </Dialog>
  );
}
