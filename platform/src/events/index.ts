export { EVENTS_SCHEMA } from './events-schema.ts';
export { publishEvent } from './publish-event.ts';
export { currentPosition, readEvents } from './read-events.ts';
export { type EventsOptions, type RunningEvents, startEvents } from './start-events.ts';
export { trimEvents } from './trim-events.ts';
export type { Consumer, EventPage, StoredEvent } from './types.ts';
