import type { Input, StreamEvent } from '@stella-ops/contracts';
import type { Promotion, RELEASES_ROUTES } from '@stella-ops/contracts/releases';
import type { RequestContext } from '@stella-ops/platform/http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Deps } from '../deps.ts';
import { isSettled } from '../domain/promotion-states.ts';
import { readPromotion } from './promotions.ts';

/** Read without being told at least so often: a notification is a hint, never the record. */
const LOOK_EVERY_MS = 5_000;

/** Follows a promotion: its whole state at each version that is seen, until nothing happens any more by itself. */
export async function watchPromotion(
  deps: Deps,
  { params }: Input<typeof RELEASES_ROUTES.watchPromotion>,
  { caller, lastEventId }: RequestContext,
) {
  const read = () => readPromotion(deps, caller.tenantId, params.promotionId);
  // What cannot be read is a 404, not a stream that breaks off.
  await read();
  return {
    status: 200 as const,
    body: (signal: AbortSignal) => follow(deps, read, lastEventId, signal),
  };
}

async function* follow(
  { host }: Deps,
  read: () => Promise<Promotion>,
  lastEventId: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<StreamEvent<Promotion>, void> {
  let news = Promise.withResolvers<void>();
  const subscription = await host.onEvents(() => news.resolve());
  try {
    let seen = lastEventId;
    while (!signal.aborted) {
      // Renewed before reading: what is announced while this reads is read in the next round.
      news = Promise.withResolvers<void>();
      const promotion = await read();
      const id = String(promotion.version);
      if (id !== seen) yield { id, event: 'promotion', data: promotion };
      seen = id;
      if (isSettled(promotion.state)) return;
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
