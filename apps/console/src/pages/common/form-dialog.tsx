import { type ReactNode, useState } from 'react';
import { Dialog } from '../../ui/index.ts';

export interface InsideDialog {
  readonly close: () => void;
  /** Something was typed, or a secret is shown: only a button closes the dialog from now on. */
  readonly setDirty: (is: boolean) => void;
  /** The setter of a field, for its `onChange`: what was typed is not thrown away. */
  readonly touched: <T>(set: (value: T) => void) => (value: T) => void;
}

/** A dialog around a form that begins anew each time it is opened. */
export function FormDialog(props: {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly size?: 'small' | 'medium' | 'large';
  readonly children: (inside: InsideDialog) => ReactNode;
}) {
  const [isDirty, setDirty] = useState(false);
  const close = (): void => {
    setDirty(false);
    props.onClose();
  };
  const touched: InsideDialog['touched'] = (set) => (value) => {
    setDirty(true);
    set(value);
  };
  return (
    <Dialog title={props.title} isOpen={props.isOpen} onClose={close} isDirty={isDirty} size={props.size ?? 'medium'}>
      {props.isOpen ? props.children({ close, setDirty, touched }) : null}
    </Dialog>
  );
}
