import type { ClientInput, EventsBody, Route } from '@stella-ops/contracts';
import { AppError } from '@stella-ops/engine-kernel/errors';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { nowMs } from './ambient.ts';
import { callApi } from './call.ts';
import { useApi } from './use-api.ts';

type WatchRoute = Route & { readonly responses: { readonly 200: EventsBody } };
const RETRY_MS = 2_000;

/**
 * Reads a thing and follows the stream that carries its whole state at each change, for steps that change faster than
 * events are announced. Use it on detail pages only: a browser has six connections to one server over HTTP/1.1.
 *
 * @param isOpen false: it has ended, nothing more will come
 */
export function useWatch<const R extends Route, const W extends WatchRoute>(
  route: R,
  watch: W,
  input: ClientInput<R> & ClientInput<W>,
  isOpen = true,
) {
  const client = useQueryClient();
  const answer = useApi(route, input as ClientInput<R>);
  const key = JSON.stringify(input);
  useEffect(() => {
    if (!isOpen) return undefined;
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        try {
          const { body } = await callApi<Route>(watch, JSON.parse(key) as ClientInput<Route>, { signal: stop.signal });
          for await (const { data, event } of body as AsyncIterable<{ data: unknown; event: string }>) {
            if (event === 'reset') continue;
            client.setQueryData([route.id, JSON.parse(key)], { body: data, etag: undefined, asOfMs: nowMs() });
          }
          return;
        } catch (error) {
          if (!(error instanceof AppError) || !error.retryable) return;
        }
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    };
    void run();
    return () => stop.abort();
  }, [client, route.id, watch, key, isOpen]);
  return answer;
}
