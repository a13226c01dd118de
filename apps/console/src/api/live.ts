import { EVENT_ROUTES } from '@stella-ops/contracts/events';
import type { QueryClient } from '@tanstack/react-query';
import { isAffected } from './affected.ts';
import { nowMs } from './ambient.ts';
import { callApi } from './call.ts';
import { Observable } from './observable.ts';
import { readAgain } from './read-again.ts';

export interface Connection {
  /** `live`: changes appear by themselves. `lost`: what is shown may be old. */
  readonly state: 'connecting' | 'live' | 'lost';
  readonly sinceMs: number;
}

/** How long events are collected before what they change is read again. */
const BATCH_MS = 200;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

export const connection = new Observable<Connection>({ state: 'connecting', sinceMs: nowMs() });

/**
 * Follows the tenant's event stream and has the answers that events change read again. Resumes after the last event
 * seen; when the server no longer keeps that, or nothing was seen yet, everything older than the connection is read anew.
 *
 * @returns stops it
 */
export function followEvents(client: QueryClient): () => void {
  const stop = new AbortController();
  const changed = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = (): void => {
    timer = undefined;
    const types = [...changed];
    changed.clear();
    readAgain(client, ({ queryKey }) => types.some((type) => isAffected(String(queryKey[0]), type)));
  };
  const note = (type: string): void => {
    changed.add(type);
    timer ??= setTimeout(flush, BATCH_MS);
  };

  const run = async (): Promise<void> => {
    let lastEventId: string | undefined;
    let waitMs = FIRST_RETRY_MS;
    while (!stop.signal.aborted) {
      try {
        const { body } = await callApi(
          EVENT_ROUTES.stream,
          {},
          { signal: stop.signal, ...(lastEventId === undefined ? {} : { lastEventId }) },
        );
        const connectedAtMs = nowMs();
        setState('live');
        waitMs = FIRST_RETRY_MS;
        if (lastEventId === undefined) {
          readAgain(client, ({ updatedAtMs }) => updatedAtMs < connectedAtMs);
        }
        for await (const { id, event } of body) {
          if (id !== undefined) lastEventId = id;
          if (event === 'reset') readAgain(client);
          else note(event);
        }
      } catch {
        // Whatever it was: the line is down, and says so on the screen.
      }
      if (stop.signal.aborted) return;
      setState('lost');
      await pause(waitMs, stop.signal);
      waitMs = Math.min(waitMs * 2, LAST_RETRY_MS);
    }
  };
  void run();
  return () => {
    stop.abort();
    clearTimeout(timer);
  };
}

function setState(state: Connection['state']): void {
  if (connection.value.state !== state) connection.set({ state, sinceMs: nowMs() });
}

/** Waits, but not for longer than the browser is offline or hidden and comes back. */
function pause(limitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const events = new AbortController();
    const done = (): void => {
      clearTimeout(timer);
      events.abort();
      resolve();
    };
    const timer = setTimeout(done, limitMs);
    const options = { signal: events.signal };
    window.addEventListener('online', done, options);
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && done(), options);
    signal.addEventListener('abort', done, options);
  });
}
