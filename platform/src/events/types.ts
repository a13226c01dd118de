import type { Transaction } from 'kysely';
import type { Timestamp } from '@stella-ops/engine-kernel';

/** A fact as consumers and streams get it. */
export interface StoredEvent {
  /** UUIDv7. */
  readonly id: string;
  readonly tenantId: string;
  readonly type: string;
  readonly version: number;
  readonly data: unknown;
  readonly occurredAt: Timestamp;
  /** Place in the one order of all events; grows, may skip. */
  readonly position: bigint;
}

export interface Consumer {
  /** `service.what-for`, for ever the same: the record of what was done hangs on it. */
  readonly name: string;
  /** Types of events it wants. */
  readonly types: readonly string[];
  /**
   * Does in the event's tenant what follows from it. What it writes through `tx` stands exactly once. When it throws, the
   * event is given again later, a number of times; those of the same tenant behind it wait, and other tenants do not. So
   * order holds within a tenant, and not between two.
   */
  handle(tx: Transaction<unknown>, event: StoredEvent): Promise<void>;
  /** Events were removed before this consumer came to them: it must look at the whole state again. */
  reset(): Promise<void>;
}

/** Answer to "what happened after this position?". */
export type EventPage =
  | { readonly kind: 'events'; readonly events: readonly StoredEvent[]; readonly position: bigint }
  /** The position is older than what is kept, or not one of this database: read the state anew and go on from here. */
  | { readonly kind: 'reset'; readonly position: bigint };
