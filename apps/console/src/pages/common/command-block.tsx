import './command-block.css';
import type { ReactNode } from 'react';
import { CopyButton } from '../../ui/index.ts';

/** Commands to copy, with a line that says what they do. */
export function CommandBlock({
  title,
  text,
  children,
}: {
  readonly title: string;
  readonly text: string;
  readonly children?: ReactNode;
}) {
  return (
    <div className="command-block">
      <div className="command-block-head">
        <span>{title}</span>
        <CopyButton text={text} what={`commands: ${title}`} />
      </div>
      <pre tabIndex={0} aria-label={title}>
        <code>{text}</code>
      </pre>
      {children === undefined ? null : <p>{children}</p>}
    </div>
  );
}

/** A secret that is shown this once. */
export function Secret({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <div className="secret">
      <code>{text}</code>
      <CopyButton text={text} what={what} />
    </div>
  );
}
