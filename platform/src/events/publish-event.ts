import { sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { EventData, EventType } from '@stella-ops/contracts';
import type { Timestamp } from '@stella-ops/engine-kernel';
import { json } from '../database/index.ts';
import { OUTBOX_CHANNEL } from './channels.ts';

/** Writes a fact into the outbox, in the transaction of the change it tells of. Throws what the event's schema finds wrong. */
export async function publishEvent<E extends EventType, Tables>(
  tx: Transaction<Tables>,
  event: E,
  fact: {
    /** UUIDv7. */
    readonly id: string;
    readonly tenantId: string;
    readonly occurredAt: Timestamp;
    readonly data: EventData<E>;
  },
): Promise<void> {
  const data = z.parse(event.data, fact.data);
  await sql`
    insert into events.outbox (id, tenant_id, type, version, data, occurred_at)
    values (${fact.id}, ${fact.tenantId}, ${event.type}, ${event.version}, ${json(data)}, ${fact.occurredAt})`.execute(
    tx,
  );
  await sql`select pg_notify(${OUTBOX_CHANNEL}, '')`.execute(tx);
}
