import { sql, type Transaction } from 'kysely';
import type { Timestamp } from '@stella-ops/engine-kernel';
import type { Database } from '../database/index.ts';
import { EVENTS_CHANNEL } from './channels.ts';

/** Which of the events that were set aside; what is left out does not matter. */
export interface ParkedFilter {
  readonly consumer?: string | undefined;
  readonly tenantId?: string | undefined;
  readonly eventId?: string | undefined;
}

/** An event that failed for one consumer, with as many as wait behind it. */
export interface ParkedEvent {
  readonly consumer: string;
  readonly tenantId: string;
  readonly eventId: string;
  readonly type: string;
  readonly occurredAt: Timestamp;
  /** `parked` waits for a person; `retrying` goes on by itself; `held` waits for one before it. */
  readonly state: 'parked' | 'retrying' | 'held';
  readonly attempts: number;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  readonly failedAt: Timestamp | null;
  /** Later events of the same tenant for the same consumer, in whatever state. */
  readonly behind: bigint;
}

const where = ({ consumer = null, tenantId = null, eventId = null }: { [K in keyof ParkedFilter]?: string | null }) =>
  sql`(${consumer}::text is null or consumer = ${consumer})
    and (${tenantId}::uuid is null or tenant_id = ${tenantId})
    and (${eventId}::uuid is null or event_id = ${eventId})`;

const nullable = ({ consumer, tenantId, eventId }: ParkedFilter) => ({
  consumer: consumer ?? null,
  tenantId: tenantId ?? null,
  eventId: eventId ?? null,
});

/** Events that failed, of all tenants, in their order; those that only wait behind them are counted and not listed. */
export async function parkedEvents(
  database: Database,
  filter: ParkedFilter,
  limit: number,
): Promise<readonly ParkedEvent[]> {
  return database.withRelay(
    async (tx) => {
      const { rows } = await sql<ParkedEvent>`
        select p.consumer, p.tenant_id as "tenantId", p.event_id as "eventId", p.type, p.occurred_at as "occurredAt", p.state,
               p.attempts, p.error_code as "errorCode", p.error_message as "errorMessage", p.failed_at as "failedAt",
               (select count(*) from events.parked b where b.consumer = p.consumer and b.tenant_id = p.tenant_id
                  and b.position > p.position) as behind
        from (select * from events.parked where ${where(nullable(filter))}
                and (state <> 'held' or ${filter.eventId !== undefined}::boolean)
              order by consumer, tenant_id, position limit ${limit}) as p
        order by p.consumer, p.tenant_id, p.position`.execute(tx);
      return rows;
    },
    { isReadOnly: true },
  );
}

/** Whether any event waits for an administrator. */
export async function hasParkedEvents(database: Database): Promise<boolean> {
  return database.withRelay(
    async (tx) => {
      const { rows } = await sql<{ has: boolean }>`
        select exists (select from events.parked where state = 'parked') as has`.execute(tx);
      return rows[0]?.has ?? false;
    },
    { isReadOnly: true },
  );
}

/** An event that somebody decided upon, as it was before. */
export type DecidedEvent = Pick<ParkedEvent, 'consumer' | 'eventId' | 'type' | 'attempts' | 'errorCode'>;

const DECIDED = sql`consumer, event_id as "eventId", type, attempts, error_code as "errorCode"`;

/**
 * Has parked events of the transaction's tenant tried again, with all their attempts before them.
 *
 * @param tx a transaction of the tenant
 */
export async function retryParked(tx: Transaction<unknown>, filter: ParkedFilter): Promise<readonly DecidedEvent[]> {
  const { rows } = await sql<DecidedEvent>`
    with chosen as materialized (
      select * from events.parked where state = 'parked' and ${where(nullable(filter))} for update
    ), changed as (
      update events.parked p set state = 'retrying', attempts = 0, next_attempt_at = now()
      from chosen where p.consumer = chosen.consumer and p.event_id = chosen.event_id
    )
    select ${DECIDED} from chosen order by consumer, position`.execute(tx);
  if (rows.length > 0) await sql`select pg_notify(${EVENTS_CHANNEL}, '')`.execute(tx);
  return rows;
}

/**
 * Gives up one event for one consumer for ever: those behind it go on. One that is being done at this moment is done.
 *
 * @param tx a transaction of the event's tenant
 */
export async function skipParked(
  tx: Transaction<unknown>,
  { consumer, eventId }: { readonly consumer: string; readonly eventId: string },
): Promise<DecidedEvent | undefined> {
  const { rows } = await sql<DecidedEvent>`
    delete from events.parked where consumer = ${consumer} and event_id = ${eventId} returning ${DECIDED}`.execute(tx);
  if (rows.length > 0) await sql`select pg_notify(${EVENTS_CHANNEL}, '')`.execute(tx);
  return rows[0];
}
