import { sql } from 'kysely';
import type { Timestamp } from '@stella-ops/engine-kernel';
import type { Database } from '../database/index.ts';

/**
 * Removes events that occurred before a time, up to the first younger one in the order of positions. Retention waits for
 * nobody: a consumer that has not come so far is told to reset.
 *
 * @returns how many events went
 */
export async function trimEvents(database: Database, before: Timestamp): Promise<number> {
  return database.withRelay(async (tx) => {
    const { rows } = await sql<{ position: bigint }>`
      update events.state set trimmed_position = greatest(trimmed_position, coalesce(
        (select min(position) - 1 from events.outbox where position is not null and occurred_at >= ${before}),
        last_position))
      returning trimmed_position as position`.execute(tx);
    const position = rows[0]?.position ?? 0n;
    await sql`delete from events.consumed where position <= ${position}`.execute(tx);
    const { numAffectedRows } = await sql`delete from events.outbox where position <= ${position}`.execute(tx);
    return Number(numAffectedRows ?? 0n);
  });
}
