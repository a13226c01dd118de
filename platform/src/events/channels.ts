/** Notified by the transaction that writes an event; the relay listens. */
export const OUTBOX_CHANNEL = 'stella_outbox';
/** Notified when events have got their positions; consumers and streams listen. */
export const EVENTS_CHANNEL = 'stella_events';
