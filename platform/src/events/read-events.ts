import { sql, type Transaction } from 'kysely';
import type { Database } from '../database/index.ts';
import type { EventPage, StoredEvent } from './types.ts';

/** Position after which a new reader gets everything that is to come. */
export async function currentPosition(database: Database, tenantId: string): Promise<bigint> {
  return database.withTenant(tenantId, async (tx) => {
    const { rows } = await sql<{ last: bigint }>`select last_position as last from events.state`.execute(tx);
    return rows[0]?.last ?? 0n;
  });
}

/**
 * Events of a tenant after a position, oldest first: what a stream sends, with the position as the id by which it is
 * resumed.
 */
export async function readEvents(
  database: Database,
  tenantId: string,
  after: bigint,
  limit: number,
): Promise<EventPage> {
  return database.withTenant(tenantId, (tx) => eventsAfter(tx, after, limit), { isReadOnly: true });
}

/** The same for whatever the transaction may see. */
export async function eventsAfter(
  tx: Transaction<unknown>,
  after: bigint,
  limit: number,
  types: readonly string[] | null = null,
): Promise<EventPage> {
  // One statement, one snapshot: between two, retention could take events that the answer would then silently lack.
  const { rows } = await sql<Bounds & (StoredEvent | { readonly position: null })>`
    select state.last_position as last, state.trimmed_position as trimmed, page.*
    from events.state left join lateral (
      select id, tenant_id as "tenantId", type, version, data, occurred_at as "occurredAt", position
      from events.outbox
      where position > ${after} and position <= state.last_position
        and (${types}::text[] is null or type = any(${types}))
      order by position limit ${limit}
    ) as page on true
    order by page.position`.execute(tx);
  const { last, trimmed } = rows[0] ?? { last: 0n, trimmed: 0n };
  if (after < trimmed || after > last) return { kind: 'reset', position: last };
  const events = rows.flatMap(({ last: _last, trimmed: _trimmed, ...event }) =>
    event.position === null ? [] : [event],
  );
  // A short page has seen all up to the end, also what it skipped.
  const position = events.length < limit ? last : (events.at(-1)?.position ?? last);
  return { kind: 'events', events, position };
}

interface Bounds {
  readonly last: bigint;
  readonly trimmed: bigint;
}
