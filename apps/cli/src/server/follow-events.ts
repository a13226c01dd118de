import type { StreamEvent } from '@stella-ops/contracts';
import { AppError } from '@stella-ops/engine-kernel';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;

export interface FollowOptions<T> {
  /** Opens the stream after a position; without one, from now on. */
  connect(lastEventId: string | undefined): Promise<AsyncIterable<StreamEvent<T>>>;
  /** Position to go on from. */
  readonly after: string | undefined;
  pause(ms: number): Promise<void>;
  notice(text: string): void;
}

/**
 * Every event of a stream in order, over any number of connections. One that ends or breaks is opened again after the
 * last event seen; what is refused, and a server that cannot be reached at first, is an error.
 */
export async function* followEvents<T>(options: FollowOptions<T>): AsyncGenerator<StreamEvent<T>, void> {
  let lastEventId = options.after;
  let pauseMs = FIRST_PAUSE_MS;
  let isFirst = true;
  for (;;) {
    try {
      const events = await options.connect(lastEventId);
      if (!isFirst) options.notice('connected again');
      isFirst = false;
      for await (const event of events) {
        lastEventId = event.id ?? lastEventId;
        pauseMs = FIRST_PAUSE_MS;
        yield event;
      }
    } catch (error) {
      if (isFirst || !(error instanceof AppError) || !error.retryable) throw error;
    }
    options.notice(
      lastEventId === undefined
        ? 'the connection ended; what happens until the next one is not shown'
        : `the connection ended; going on after position ${lastEventId}`,
    );
    await options.pause(pauseMs);
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}
