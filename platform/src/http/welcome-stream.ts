import type { Route } from '@stella-ops/contracts';

export const hasEvents = (route: Route): boolean =>
  Object.values(route.responses).some((body) => 'kind' in body && body.kind === 'events');

/**
 * Passes an event stream on for as long as its reader may read it. A stream has no end of its own: who is signed out,
 * switched off or given fewer rights would else go on reading what was allowed when it began.
 *
 * @param enter counts it from its first byte on: a stream that nobody began to read has no end that could be counted
 * @param isWelcome asked every so often; when it fails, nothing is known, and the stream goes on
 */
export async function* whileWelcome(
  content: AsyncIterable<Uint8Array>,
  enter: () => () => void,
  isWelcome: () => Promise<boolean>,
  everyMs: number,
  controller: AbortController,
): AsyncGenerator<Uint8Array, void> {
  const timer = setInterval(() => {
    isWelcome().then(
      (is) => is || controller.abort(),
      () => undefined,
    );
  }, everyMs);
  timer.unref();
  const leave = enter();
  try {
    yield* content;
  } finally {
    clearInterval(timer);
    leave();
  }
}
