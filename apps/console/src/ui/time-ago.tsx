import { useEffect, useState } from 'react';
import { nowMs } from '../api/ambient.ts';
import { absoluteTime, refreshInMs, relativeTime } from './time.ts';
import { Hint } from './hint.tsx';

/** A time as people say it; the exact one in UTC on hover and focus. */
export function TimeAgo({ at, prefix = '' }: { readonly at: string | number | null; readonly prefix?: string }) {
  const atMs = typeof at === 'string' ? Date.parse(at) : (at ?? 0);
  const now = useNow(atMs);
  if (at === null) return <span className="quiet">–</span>;
  return (
    <Hint text={absoluteTime(atMs)}>
      <time dateTime={new Date(atMs).toISOString()} className="time-ago">
        {prefix}
        {relativeTime(atMs, now)}
      </time>
    </Hint>
  );
}

function useNow(atMs: number): number {
  const [now, setNow] = useState(nowMs);
  useEffect(() => {
    const timer = setTimeout(() => setNow(nowMs()), refreshInMs(atMs, now));
    return () => clearTimeout(timer);
  }, [atMs, now]);
  // A time that came after the last tick is never in the future.
  return Math.max(now, nowMs());
}
