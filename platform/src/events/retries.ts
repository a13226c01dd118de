/** How often an event that fails is tried, and how long the pauses are. */
export interface EventRetries {
  /** In all; then it is parked. */
  readonly attempts: number;
  /** Pause after the first attempt; it doubles. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

/** A minute and three quarters in all: long enough for whatever the handler may have met too early. */
export const EVENT_RETRIES: EventRetries = { attempts: 10, firstRetryMs: 200, longestRetryMs: 60_000 };
