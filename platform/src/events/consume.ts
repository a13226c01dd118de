import { sql, type Transaction } from 'kysely';
import type { Database } from '../database/index.ts';
import { isEventFault } from './event-fault.ts';
import { eventsAfter } from './read-events.ts';
import type { EventRetries } from './retries.ts';
import { type EventFailure, noteFailure, setAside, type SetAsideHead, setAsideHeads } from './set-aside.ts';
import type { Consumer, StoredEvent } from './types.ts';

const PAGE = 100;

export interface Consuming {
  readonly database: Database;
  readonly consumer: Consumer;
  readonly retries: EventRetries;
  readonly isStopping: () => boolean;
  /** Gets each attempt that failed. Faults that are not the event's are thrown. */
  readonly onFailure: (error: unknown, failure: EventFailure) => void;
}

/**
 * Gives a consumer everything that it has not done yet, each event in a transaction of its tenant: those of one tenant in
 * order. One that fails is set aside, with what comes after it in its tenant, and other tenants go on.
 *
 * @returns in how many milliseconds the next one that was set aside is due; `undefined` when none is
 * @throws what is not the fault of one event, such as a database that is away: nothing was counted then
 */
export async function consume(work: Consuming): Promise<number | undefined> {
  const { database, consumer, isStopping } = work;
  while (!isStopping()) {
    const { heads, hasSetAside, ...page } = await database.withRelay((tx) => look(tx, consumer));
    let hasMoved = false;
    for (const head of heads) {
      if (isStopping()) return undefined;
      if (head.dueInMs <= 0 && (await tryAgain(work, head))) hasMoved = true;
    }
    if (page.kind === 'reset') await consumer.reset();
    else {
      // Whoever comes past an event knows what became of it; so this holds for all of the page until one was not done here.
      let isClear = !hasSetAside;
      for (const event of page.events) {
        if (isStopping()) return undefined;
        if (!(await consumeOne(work, event, isClear))) isClear = false;
      }
    }
    if (page.position !== page.from) {
      await database.withRelay((tx) =>
        // A reset may lead back, on a database that was restored; otherwise another process may have come further.
        page.kind === 'reset'
          ? sql`update events.consumer set position = ${page.position} where name = ${consumer.name}`.execute(tx)
          : sql`update events.consumer set position = greatest(position, ${page.position}) where name = ${consumer.name}`.execute(
              tx,
            ),
      );
    } else if (!hasMoved) {
      // One that is due and did not move is in the hands of another process.
      const waits = heads.map(({ dueInMs }) => dueInMs).filter((dueInMs) => dueInMs > 0);
      return waits.length === 0 ? undefined : Math.min(...waits);
    }
  }
  return undefined;
}

/** What there is to do: what was set aside, and the next page of the stream. */
async function look(tx: Transaction<unknown>, { name, types }: Consumer) {
  // A new consumer begins with the oldest event that is kept.
  const { rows } = await sql<{ position: bigint; hasSetAside: boolean }>`
    with added as (
      insert into events.consumer (name, position)
      select ${name}, trimmed_position from events.state
      on conflict (name) do nothing returning position
    ), here as (
      select position from events.consumer where name = ${name} union all select position from added
    )
    select position, exists (select from events.parked where consumer = ${name}) as "hasSetAside" from here`.execute(
    tx,
  );
  const { position: from, hasSetAside } = rows[0] ?? { position: 0n, hasSetAside: false };
  const heads = hasSetAside ? await setAsideHeads(tx, name) : [];
  return { ...(await eventsAfter(tx, from, PAGE, types)), from, heads, hasSetAside };
}

/**
 * The record and what the consumer does stand or fall together; a second process waits for the first at the record.
 *
 * @param isClear no event of this consumer was set aside: nothing can be ahead of this one
 * @returns whether it was done here; otherwise another process has done it, or it was set aside
 */
async function consumeOne(work: Consuming, event: StoredEvent, isClear: boolean): Promise<boolean> {
  const { database, consumer } = work;
  try {
    return await database.withTenant(event.tenantId, async (tx) => {
      const isMine = await (isClear ? take : takeOrHold)(tx, consumer.name, event);
      if (isMine) await consumer.handle(tx, event);
      return isMine;
    });
  } catch (error) {
    if (!isEventFault(error)) throw error;
    const failure = await setAside(database, consumer, event, error, work.retries);
    if (failure !== undefined) work.onFailure(error, failure);
    return false;
  }
}

async function take(tx: Transaction<unknown>, consumer: string, event: StoredEvent): Promise<boolean> {
  const { numAffectedRows } = await sql`
    insert into events.consumed (consumer, event_id, tenant_id, position)
    values (${consumer}, ${event.id}, ${event.tenantId}, ${event.position})
    on conflict do nothing`.execute(tx);
  return numAffectedRows === 1n;
}

/** The same where an event of the tenant may have been set aside: behind it this one is put in line. */
async function takeOrHold(tx: Transaction<unknown>, consumer: string, event: StoredEvent): Promise<boolean> {
  const { rows } = await sql<{ isMine: boolean }>`
    with ahead as (
      select consumer from events.parked where consumer = ${consumer} and tenant_id = ${event.tenantId} limit 1
    ), taken as (
      insert into events.consumed (consumer, event_id, tenant_id, position)
      values (${consumer}, ${event.id}, ${event.tenantId}, ${event.position})
      on conflict do nothing returning event_id
    ), held as (
      insert into events.parked (consumer, event_id, tenant_id, position, state, type, version, data, occurred_at)
      select ahead.consumer, id, tenant_id, position, 'held', type, version, data, occurred_at
      from ahead cross join taken join events.outbox on id = event_id
      returning event_id
    )
    select exists (select from taken) and not exists (select from held) as "isMine"`.execute(tx);
  return rows[0]?.isMine ?? false;
}

/** @returns whether anything became of it; another process may be at it */
async function tryAgain(work: Consuming, head: SetAsideHead): Promise<boolean> {
  const { database, consumer } = work;
  try {
    return await database.withTenant(head.tenantId, async (tx) => {
      const { rows } = await sql<StoredEvent>`
        delete from events.parked where consumer = ${consumer.name} and event_id = (
          select event_id from events.parked
          where consumer = ${consumer.name} and event_id = ${head.eventId}
            and state <> 'parked' and next_attempt_at <= now()
          for update skip locked)
        returning event_id as id, tenant_id as "tenantId", type, version, data, occurred_at as "occurredAt", position`.execute(
        tx,
      );
      const [event] = rows;
      if (event === undefined) return false;
      await consumer.handle(tx, event);
      return true;
    });
  } catch (error) {
    if (!isEventFault(error)) throw error;
    const failure = await noteFailure(database, consumer.name, head, error, work.retries);
    if (failure !== undefined) work.onFailure(error, failure);
    return true;
  }
}
