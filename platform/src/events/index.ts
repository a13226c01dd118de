export { EVENTS_SCHEMA } from './events-schema.ts';
export {
  type DecidedEvent,
  hasParkedEvents,
  type ParkedEvent,
  parkedEvents,
  type ParkedFilter,
  retryParked,
  skipParked,
} from './parked-events.ts';
export { publishEvent } from './publish-event.ts';
export { currentPosition, readEvents } from './read-events.ts';
export { EVENT_RETRIES, type EventRetries } from './retries.ts';
export type { EventFailure } from './set-aside.ts';
export { type EventsOptions, type RunningEvents, startEvents } from './start-events.ts';
export { trimEvents } from './trim-events.ts';
export type { Consumer, EventPage, StoredEvent } from './types.ts';
