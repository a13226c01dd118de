import type { Database, Subscription } from '../database/index.ts';
import { assignPositions } from './assign-positions.ts';
import { EVENTS_CHANNEL, OUTBOX_CHANNEL } from './channels.ts';
import { consume } from './consume.ts';
import { EVENT_RETRIES, type EventRetries } from './retries.ts';
import type { EventFailure } from './set-aside.ts';
import type { Consumer } from './types.ts';
import { WakeLoop } from './wake-loop.ts';

export interface EventsOptions {
  readonly database: Database;
  /** Consumers that this process runs. */
  readonly consumers: readonly Consumer[];
  readonly retries?: EventRetries;
  /**
   * Gets what a consumer threw, by its name, and faults of the relay itself. With `failure` one event failed and others go
   * on; without it all wait.
   */
  readonly onError: (error: unknown, consumer?: string, failure?: EventFailure) => void;
}

export interface RunningEvents {
  /** Calls back when events have got positions: a stream then reads on from its own. */
  onEvents(callback: () => void): Promise<Subscription>;
  /** Lets what is under way end. */
  stop(): Promise<void>;
}

/** Starts the relay, of which any number may run in any number of processes, and the consumers. */
export async function startEvents(options: EventsOptions): Promise<RunningEvents> {
  const { database, consumers, retries = EVENT_RETRIES, onError } = options;
  let isStopping = false;
  const relay = new WakeLoop(
    async () => {
      if (await assignPositions(database)) relay.wake();
    },
    (error) => onError(error),
  );
  const loops = consumers.map(
    (consumer) =>
      new WakeLoop(
        () =>
          consume({
            database,
            consumer,
            retries,
            isStopping: () => isStopping,
            onFailure: (error, failure) => onError(error, consumer.name, failure),
          }),
        (error) => onError(error, consumer.name),
      ),
  );
  const subscriptions = [
    await database.listen(OUTBOX_CHANNEL, relay.wake, relay.wake),
    ...(await Promise.all(loops.map((loop) => database.listen(EVENTS_CHANNEL, loop.wake, loop.wake)))),
  ];
  return {
    onEvents: (callback) => database.listen(EVENTS_CHANNEL, callback, callback),
    stop: async () => {
      isStopping = true;
      for (const subscription of subscriptions) await subscription.close();
      await Promise.all([relay, ...loops].map((loop) => loop.stop()));
    },
  };
}
