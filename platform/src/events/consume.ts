import { sql } from 'kysely';
import type { Database } from '../database/index.ts';
import { eventsAfter } from './read-events.ts';
import type { Consumer, StoredEvent } from './types.ts';

const PAGE = 100;

/** Gives a consumer everything that it has not done yet, in order, each event in a transaction of its tenant. */
export async function consume(database: Database, consumer: Consumer, isStopping: () => boolean): Promise<void> {
  while (!isStopping()) {
    const page = await database.withRelay(async (tx) => {
      // A new consumer begins with the oldest event that is kept.
      const { rows } = await sql<{ position: bigint }>`
        with added as (
          insert into events.consumer (name, position)
          select ${consumer.name}, trimmed_position from events.state
          on conflict (name) do nothing returning position
        )
        select position from events.consumer where name = ${consumer.name} union all select position from added`.execute(
        tx,
      );
      const from = rows[0]?.position ?? 0n;
      return { ...(await eventsAfter(tx, from, PAGE, consumer.types)), from };
    });
    if (page.kind === 'reset') await consumer.reset();
    else {
      for (const event of page.events) {
        if (isStopping()) return;
        await consumeOne(database, consumer, event);
      }
    }
    if (page.position === page.from) return;
    await database.withRelay((tx) =>
      // A reset may lead back, on a database that was restored; otherwise another process may have come further.
      page.kind === 'reset'
        ? sql`update events.consumer set position = ${page.position} where name = ${consumer.name}`.execute(tx)
        : sql`update events.consumer set position = greatest(position, ${page.position}) where name = ${consumer.name}`.execute(
            tx,
          ),
    );
  }
}

/** The record and what the consumer does stand or fall together; a second process waits for the first at the record. */
async function consumeOne(database: Database, consumer: Consumer, event: StoredEvent): Promise<void> {
  await database.withTenant(event.tenantId, async (tx) => {
    const { numAffectedRows } = await sql`
      insert into events.consumed (consumer, event_id, tenant_id, position)
      values (${consumer.name}, ${event.id}, ${event.tenantId}, ${event.position})
      on conflict do nothing`.execute(tx);
    if (numAffectedRows === 1n) await consumer.handle(tx, event);
  });
}
