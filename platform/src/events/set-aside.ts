import { sql, type Transaction } from 'kysely';
import type { Database } from '../database/index.ts';
import { describeFault } from './event-fault.ts';
import type { EventRetries } from './retries.ts';
import type { Consumer, StoredEvent } from './types.ts';

/** What became of an event that failed. */
export interface EventFailure {
  readonly eventId: string;
  readonly tenantId: string;
  readonly type: string;
  readonly attempts: number;
  /** Tried as often as it may be: it waits for a person, and those of its tenant behind it wait with it. */
  readonly isParked: boolean;
}

/** The oldest event that a consumer has set aside for one tenant, unless that is parked. */
export interface SetAsideHead {
  readonly tenantId: string;
  readonly eventId: string;
  /** 0 when its time has come. */
  readonly dueInMs: number;
}

/**
 * What a consumer may try again. Events of one tenant are done in order, so only the first of each counts; it is found by
 * one step in the index for each tenant, however many wait behind it.
 */
export async function setAsideHeads(tx: Transaction<unknown>, consumer: string): Promise<readonly SetAsideHead[]> {
  const { rows } = await sql<SetAsideHead>`
    with recursive head as (
      (select tenant_id, event_id, state, next_attempt_at from events.parked
       where consumer = ${consumer} order by tenant_id, position limit 1)
      union all
      select next.* from head cross join lateral (
        select tenant_id, event_id, state, next_attempt_at from events.parked
        where consumer = ${consumer} and tenant_id > head.tenant_id order by tenant_id, position limit 1
      ) as next
    )
    select tenant_id as "tenantId", event_id as "eventId",
           greatest(extract(epoch from next_attempt_at - now()) * 1000, 0)::float8 as "dueInMs"
    from head where state <> 'parked'`.execute(tx);
  return rows;
}

/**
 * Takes an event that failed out of the stream: it is set aside and the position moves on in one transaction, so no end of
 * the process can lose the event or bring it twice.
 *
 * @returns `undefined` when another process has done the event, or set it aside, meanwhile
 */
export async function setAside(
  database: Database,
  consumer: Consumer,
  event: StoredEvent,
  error: unknown,
  { attempts, firstRetryMs, longestRetryMs }: EventRetries,
): Promise<EventFailure | undefined> {
  const { code, message } = describeFault(error);
  const state = attempts <= 1 ? 'parked' : 'retrying';
  const pauseMs = Math.min(firstRetryMs, longestRetryMs);
  const { rows } = await database.withRelay((tx) =>
    sql`
      with taken as (
        insert into events.consumed (consumer, event_id, tenant_id, position)
        values (${consumer.name}, ${event.id}, ${event.tenantId}, ${event.position})
        on conflict do nothing returning consumer
      ), moved as (
        update events.consumer set position = greatest(position, ${event.position})
        where name = ${consumer.name} and exists (select from taken)
      )
      insert into events.parked (consumer, event_id, tenant_id, position, state, type, version, data, occurred_at,
                                 attempts, next_attempt_at, error_code, error_message, failed_at)
      select taken.consumer, id, tenant_id, position, ${state}, type, version, data, occurred_at,
             1, now() + ${pauseMs} * interval '1 millisecond', ${code}, ${message}, now()
      from events.outbox cross join taken where id = ${event.id}
      returning event_id`.execute(tx),
  );
  if (rows.length === 0) return undefined;
  const { id: eventId, tenantId, type } = event;
  return { eventId, tenantId, type, attempts: 1, isParked: state === 'parked' };
}

/**
 * Counts one more failure of an event that was set aside.
 *
 * @returns `undefined` when somebody has taken it away meanwhile
 */
export async function noteFailure(
  database: Database,
  consumer: string,
  { tenantId, eventId }: SetAsideHead,
  error: unknown,
  { attempts, firstRetryMs, longestRetryMs }: EventRetries,
): Promise<EventFailure | undefined> {
  const { code, message } = describeFault(error);
  const { rows } = await database.withRelay((tx) =>
    sql<{ type: string; attempts: number; state: string }>`
      update events.parked
      set attempts = attempts + 1, error_code = ${code}, error_message = ${message}, failed_at = now(),
          state = case when attempts + 1 >= ${attempts} then 'parked' else 'retrying' end,
          next_attempt_at = now() + least(${firstRetryMs} * 2 ^ least(attempts, 30), ${longestRetryMs}) * interval '1 millisecond'
      where consumer = ${consumer} and event_id = ${eventId} and state <> 'parked'
      returning type, attempts, state`.execute(tx),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return { eventId, tenantId, type: row.type, attempts: row.attempts, isParked: row.state === 'parked' };
}
