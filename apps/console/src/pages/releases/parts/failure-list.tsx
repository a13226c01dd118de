import { Notice, sentenceOf } from '../../../ui/index.ts';
import type { TaskFailure } from '../model/task-progress.ts';

/** What went wrong, host by host, with what to do about it. */
export function FailureList({ failures }: { readonly failures: readonly TaskFailure[] }) {
  return (
    <Notice tone="failed" icon="alert">
      <ul className="failure-list">
        {failures.map(({ target, step, code, message, hint }) => (
          <li key={`${target} ${step}`}>
            <strong>{target}</strong>: {sentenceOf(message)} <code>{code}</code>
            <br />
            <span className="quiet">{hint}</span>
          </li>
        ))}
      </ul>
    </Notice>
  );
}
