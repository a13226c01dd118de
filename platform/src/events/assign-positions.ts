import { sql } from 'kysely';
import type { Database } from '../database/index.ts';
import { EVENTS_CHANNEL } from './channels.ts';

const BATCH = 500;
const LOCK = 0x5e11b;

/**
 * Gives committed events their positions, oldest id first. Only one transaction at a time does, and it holds the lock
 * until its commit can be seen: whoever has seen a position never meets a lower one later.
 *
 * @returns whether more may be waiting
 */
export async function assignPositions(database: Database): Promise<boolean> {
  return database.withRelay(async (tx) => {
    await sql`select pg_advisory_xact_lock(${LOCK})`.execute(tx);
    const { rows } = await sql<{ count: bigint }>`
      with waiting as materialized (
        select id, row_number() over (order by id) as place
        from (select id from events.outbox where position is null order by id limit ${BATCH}) as oldest
      ), counted as (
        update events.state set last_position = last_position + (select count(*) from waiting)
        where exists (select from waiting)
        returning last_position - (select count(*) from waiting) as base
      ), placed as (
        update events.outbox o set position = counted.base + waiting.place
        from waiting, counted where o.id = waiting.id
        returning o.id
      )
      select count(*) as count from placed`.execute(tx);
    const placed = Number(rows[0]?.count ?? 0n);
    if (placed > 0) await sql`select pg_notify(${EVENTS_CHANNEL}, '')`.execute(tx);
    return placed === BATCH;
  });
}
