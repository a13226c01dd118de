import './layout.css';
import type { ReactNode } from 'react';
import { Button, Notice } from '../../ui/index.ts';
import { Secret } from './command-block.tsx';

/** A secret that was just made; the dialog stays until somebody says that they have it. */
export function MadeSecret(props: {
  /** What is shown this once, and until when it counts. */
  readonly notice: ReactNode;
  readonly secret: string;
  /** What the secret is: completes "Copy …" and "I have kept the …". */
  readonly what: string;
  readonly word: string;
  readonly onClose: () => void;
  /** How it is used. */
  readonly children?: ReactNode;
}) {
  return (
    <div className="stack">
      <Notice tone="gate" icon="key">
        {props.notice}
      </Notice>
      <Secret text={props.secret} what={props.what} />
      {props.children}
      <div className="row">
        <Button kind="primary" onPress={props.onClose}>
          I have kept the {props.word}
        </Button>
      </div>
    </div>
  );
}
