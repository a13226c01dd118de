import { useEffect, useRef, useState } from 'react';
import { Button, Checkbox, CopyButton } from '../../../ui/index.ts';
import { firstErrorLine } from '../model/first-error-line.ts';

/** What an agent printed: follows the end while it grows, unless the reader looks at something else. */
export function OutputLog({ text, label }: { readonly text: string; readonly label: string }) {
  const [isFollowing, setFollowing] = useState(true);
  const pane = useRef<HTMLPreElement>(null);
  const fault = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (isFollowing && pane.current !== null) pane.current.scrollTop = pane.current.scrollHeight;
  }, [isFollowing, text]);
  if (text === '') return <p className="quiet">Nothing was printed yet.</p>;

  const lines = text.split('\n');
  const errorAt = firstErrorLine(lines);
  const before =
    errorAt === undefined
      ? text
      : lines
          .slice(0, errorAt)
          .map((line) => `${line}\n`)
          .join('');
  return (
    <div className="output-log">
      <div className="output-tools">
        <Checkbox label="Follow the end" isSelected={isFollowing} onChange={setFollowing} />
        {errorAt === undefined ? null : (
          <Button
            icon="alert"
            onPress={() => {
              setFollowing(false);
              fault.current?.scrollIntoView({ block: 'center' });
            }}
          >
            Go to the first error
          </Button>
        )}
        <CopyButton text={text} what="output" />
      </div>
      {/* Not announced line by line: the state above says what matters. */}
      <pre ref={pane} role="log" aria-live="off" aria-label={label} tabIndex={0}>
        {before}
        {errorAt === undefined ? null : (
          <>
            <span ref={fault} className="output-error">
              {lines[errorAt]}
            </span>
            {lines
              .slice(errorAt + 1)
              .map((line) => `\n${line}`)
              .join('')}
          </>
        )}
      </pre>
    </div>
  );
}
