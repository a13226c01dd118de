import { connection } from '../api/live.ts';
import { useObservable } from '../api/observable.ts';
import { Icon } from '../ui/icon.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';

const LOOKS = {
  connecting: { tone: 'stale', icon: 'clock', word: 'Connecting' },
  live: { tone: 'good', icon: 'check', word: 'Live' },
  lost: { tone: 'failed', icon: 'alert', word: 'Connection lost' },
} as const;

/** Whether what is shown changes by itself. A lost line is never hidden. */
export function ConnectionState() {
  const { state, sinceMs } = useObservable(connection);
  const { tone, icon, word } = LOOKS[state];
  return (
    <span className={`connection tone-${tone}`} role="status">
      <Icon name={icon} size={14} />
      <span className="connection-word">{word}</span>
      {state === 'lost' ? <TimeAgo at={sinceMs} /> : null}
    </span>
  );
}
