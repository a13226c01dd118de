import './feedback.css';
import type { AppError } from '@stella-ops/engine-kernel/errors';
import { type ReactNode, useEffect, useState } from 'react';
import { Button } from './button.tsx';
import { CopyButton, CopyCommand } from './copy.tsx';
import { Icon, type IconName } from './icon.tsx';

/** Nothing is here: says the first step, and the command that takes it. */
export function EmptyState(props: {
  readonly title: string;
  readonly children?: ReactNode;
  readonly command?: string;
  readonly action?: ReactNode;
  readonly icon?: IconName;
}) {
  return (
    <div className="empty-state">
      <Icon name={props.icon ?? 'info'} size={24} />
      <p className="empty-title">{props.title}</p>
      {props.children === undefined ? null : <p className="quiet">{props.children}</p>}
      {props.action}
      {props.command === undefined ? null : <CopyCommand command={props.command} />}
    </div>
  );
}

/** What went wrong, what to do, and the trace id that the log knows it by. */
export function ErrorState({ error, retry }: { readonly error: AppError | Error; readonly retry?: () => void }) {
  const { code, hint, details } = error as Partial<AppError>;
  const place = placeWords((error as Partial<AppError>).place);
  const traceId = details?.['traceId'];
  const violations = details?.['violations'];
  return (
    <div className="error-state" role="alert">
      <Icon name="alert" size={18} />
      <div>
        <p className="error-sentence">{sentenceOf(error.message)}</p>
        {hint === undefined ? null : <p>{hint}</p>}
        {Array.isArray(violations) && violations.length > 0 ? (
          <ul>
            {(violations as { pointer: string; message: string }[]).slice(0, 10).map(({ pointer, message }) => (
              <li key={`${pointer} ${message}`}>
                <code>{pointer}</code> {message}
              </li>
            ))}
          </ul>
        ) : null}
        <p className="error-facts">
          {place === '' ? null : <span>{place}</span>}
          {code === undefined ? null : <code>{code}</code>}
          {typeof traceId === 'string' ? (
            <span>
              trace <code>{traceId}</code>
              <CopyButton text={traceId} what="trace id" />
            </span>
          ) : null}
        </p>
        {retry === undefined ? null : (
          <Button icon="retry" onPress={retry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}

/** Where in a document the fault is: `Line 3, column 14, /statements/0`. */
function placeWords({ line, column, pointer }: NonNullable<AppError['place']> = {}): string {
  const words = [
    line === undefined ? '' : `line ${line}`,
    column === undefined ? '' : `column ${column}`,
    pointer ?? '',
  ].filter((word) => word !== '');
  const text = words.join(', ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A message of the server as a sentence: capital first, full stop last. */
export const sentenceOf = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;

const SKELETON_AFTER_MS = 200;

/** Keeps the place of what is on its way; appears after 200 ms, so that quick answers do not flicker. */
export function Skeleton({ lines = 3, label = 'Loading' }: { readonly lines?: number; readonly label?: string }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SKELETON_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={isShown ? 'skeleton shown' : 'skeleton'} role="status">
      <span className="unseen">{label}</span>
      {Array.from({ length: lines }, (_, line) => (
        <span key={line} className="skeleton-line" aria-hidden="true" />
      ))}
    </div>
  );
}

interface Loadable<T> {
  readonly data: T | undefined;
  readonly error: AppError | null;
  readonly refetch: () => unknown;
}

/**
 * Shows an answer of `useApi`: skeleton, then content. What was there stays when reading again fails, with the fault above.
 */
export function Loaded<T>(props: {
  readonly query: Loadable<T>;
  readonly children: (data: T) => ReactNode;
  readonly lines?: number;
}) {
  const { data, error, refetch } = props.query;
  const fault = error === null ? null : <ErrorState error={error} retry={() => void refetch()} />;
  if (data === undefined) return fault ?? <Skeleton lines={props.lines ?? 4} />;
  return (
    <>
      {fault}
      {props.children(data)}
    </>
  );
}

/** A fact that needs attention, in a box: `tone` as of states. */
export function Notice(props: {
  readonly tone: 'gate' | 'failed' | 'good' | 'running' | 'frozen' | 'human';
  readonly icon?: IconName;
  readonly children: ReactNode;
}) {
  return (
    <div className={`notice tone-${props.tone}`}>
      <Icon name={props.icon ?? 'info'} />
      <div>{props.children}</div>
    </div>
  );
}
