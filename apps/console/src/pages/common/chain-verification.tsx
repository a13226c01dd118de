import './layout.css';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { CopyCommand, DigestChip, ErrorState, Notice } from '../../ui/index.ts';
import { counted } from './words.ts';

/** What came of reading a hash chain from its first entry; the head is what to keep elsewhere. */
export function ChainVerification(props: {
  readonly query: {
    readonly data:
      { readonly body: { readonly isIntact: boolean; readonly entries: number; readonly head: string } } | undefined;
    readonly error: AppError | null;
    readonly refetch: () => unknown;
  };
  /** What is wrong, as a sentence. */
  readonly fault: string | undefined;
  /** The same by the command line. */
  readonly command: string;
}) {
  const { query, fault } = props;
  const result = query.data?.body;
  if (query.error !== null) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  if (result === undefined) {
    return (
      <Notice tone="running" icon="clock">
        <span role="status">The chain is being read from its first entry.</span>
      </Notice>
    );
  }
  return (
    <Notice tone={result.isIntact ? 'good' : 'failed'} icon={result.isIntact ? 'sign' : 'alert'}>
      <div>
        <p role="status">
          <strong>{result.isIntact ? 'The chain is whole.' : 'The chain is broken.'}</strong>{' '}
          {fault ?? `${counted(result.entries, 'entry', 'entries')} checked.`}
        </p>
        <div className="row">
          <span>Head</span>
          <DigestChip digest={result.head} what="head hash" />
          <span className="small">
            Keep it somewhere else: with it anybody can tell later whether the end was cut off.
          </span>
        </div>
        <CopyCommand command={props.command} />
      </div>
    </Notice>
  );
}
