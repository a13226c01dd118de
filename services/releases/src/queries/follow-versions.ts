import type { StreamEvent } from '@stella-ops/contracts';
import type { ServiceHost } from '@stella-ops/platform/service';
import { setTimeout as delay } from 'node:timers/promises';

/** Read without being told at least so often: a notification is a hint, never the record. */
const LOOK_EVERY_MS = 5_000;

/** The whole state of something at each version that is seen, until nothing happens any more by itself. */
export async function* followVersions<T extends { readonly version: number }>(
  host: Pick<ServiceHost, 'onEvents'>,
  event: string,
  read: () => Promise<T>,
  isSettled: (state: T) => boolean,
  lastEventId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent<T>, void> {
  let news = Promise.withResolvers<void>();
  const subscription = await host.onEvents(() => news.resolve());
  try {
    let seen = lastEventId;
    while (!signal.aborted) {
      // Renewed before reading: what is announced while this reads is read in the next round.
      news = Promise.withResolvers<void>();
      const state = await read();
      const id = String(state.version);
      if (id !== seen) yield { id, event, data: state };
      seen = id;
      if (isSettled(state)) return;
      await newsOrPause(news.promise, signal);
    }
  } finally {
    await subscription.close();
  }
}

async function newsOrPause(news: Promise<void>, signal: AbortSignal): Promise<void> {
  const pause = new AbortController();
  const stop = AbortSignal.any([signal, pause.signal]);
  await Promise.race([news, delay(LOOK_EVERY_MS, undefined, { signal: stop, ref: false }).catch(() => undefined)]);
  pause.abort();
}
