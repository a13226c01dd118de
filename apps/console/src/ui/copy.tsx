import './copy.css';
import { useContext, useEffect, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { InGrid } from './hint.tsx';
import { Icon } from './icon.tsx';

const SHOWN_MS = 1500;

function useCopied(text: string): readonly [boolean, () => void] {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return [isCopied, () => void copyText(text).then(() => setCopied(true))];
}

/** Without https browsers have no clipboard interface; a selected field does it there. */
async function copyText(text: string): Promise<void> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (clipboard !== undefined) return clipboard.writeText(text);
  const field = document.createElement('textarea');
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand('copy');
  field.remove();
}

/** Copies a text. `what` completes "Copy …". */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, copy] = useCopied(text);
  const isInGrid = useContext(InGrid);
  return (
    <AriaButton
      className="copy-button"
      aria-label={isCopied ? `${what} copied` : `Copy ${what}`}
      onPress={copy}
      excludeFromTabOrder={isInGrid}
    >
      <Icon name={isCopied ? 'check' : 'copy'} size={14} />
    </AriaButton>
  );
}

/** The command that shows or does the same as this view. */
export function CopyCommand({ command }: { readonly command: string }) {
  const [isCopied, copy] = useCopied(command);
  return (
    <AriaButton className="copy-command" aria-label={`Copy CLI command: ${command}`} onPress={copy}>
      <Icon name={isCopied ? 'check' : 'command'} size={14} />
      <code>{isCopied ? 'Copied' : command}</code>
    </AriaButton>
  );
}
