import type { Schema } from './route.ts';
import type { Scope } from './scopes.ts';

/** A fact that a service announces, as plain data: written to the outbox with the change it tells of. */
export interface EventType<S extends Schema = Schema> {
  /** Area, thing and past tense: `releases.promotion.approved`. Never changes its meaning. */
  readonly type: string;
  /** Raised when the data changes in a way that old readers cannot follow. */
  readonly version: number;
  readonly summary: string;
  /** Who may see it in an event stream. */
  readonly scope: Scope;
  /** Wire-safe; big things are named by digest. */
  readonly data: S;
}

export function defineEvent<const E extends EventType>(event: E): E {
  return event;
}

export type EventData<E extends EventType> = E['data']['_zod']['output'];
