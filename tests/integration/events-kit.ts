import { setTimeout as delay } from 'node:timers/promises';
import { sql } from 'kysely';
import { defineEvent } from '@stella-ops/contracts';
import type { Database } from '@stella-ops/platform/database';
import {
  type Consumer,
  type EventFailure,
  type EventRetries,
  publishEvent,
  type RunningEvents,
  startEvents,
} from '@stella-ops/platform/events';
import { systemIds } from '@stella-ops/platform/runtime';
import * as z from 'zod';

const type: string = 'test.note.written';
export const NOTED = defineEvent({
  type,
  version: 1,
  summary: 'A note was written.',
  scope: 'release.read',
  data: z.strictObject({ text: z.string() }),
});

/** Pauses that nobody waits for; the number of attempts is what counts. */
export const quickly = (attempts: number): EventRetries => ({ attempts, firstRetryMs: 1, longestRetryMs: 1 });
/** After the first attempt nothing more happens by itself while a test runs. */
export const ONCE_AND_LATER: EventRetries = { attempts: 100, firstRetryMs: 3_600_000, longestRetryMs: 3_600_000 };

export interface ParkedRow {
  readonly text: string;
  readonly state: string;
  readonly attempts: number;
}

/** Polls for a state: on any machine it takes as long as it takes, and the runner's own limit ends what never comes. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await delay(10);
}

/** A table in which consumers of tests leave what they did, in the order of their commits. */
export async function makeEffects(database: Database): Promise<void> {
  await database.withOwner((tx) =>
    sql
      .raw(
        `create schema effects; grant usage on schema effects to stella_app, stella_relay;
         create table effects.effect (at int8 generated always as identity, consumer text, tenant_id uuid, text text);
         grant insert on effects.effect to stella_app; grant select on effects.effect to stella_relay`,
      )
      .execute(tx),
  );
}

/** Returns the event's id. */
export async function publish(database: Database, tenantId: string, text: string): Promise<string> {
  const id = systemIds.uuid();
  await database.withTenant(tenantId, (tx) =>
    publishEvent(tx, NOTED, { id, tenantId, occurredAt: '2026-01-02T03:04:05.000Z', data: { text } }),
  );
  return id;
}

/**
 * A consumer that fails at the texts it is told, with all that there is to see of it.
 *
 * @param tenants whose events it does; those of other tests are nothing to it
 */
export function probe(database: Database, name: string, tenants: readonly string[]) {
  /** What a text brings on; nothing for those that are not named. */
  const poison = new Map<string, (tx: Parameters<Consumer['handle']>[0]) => unknown>();
  const tries: string[] = [];
  const faults: { readonly error: unknown; readonly failure: EventFailure | undefined }[] = [];
  const consumer: Consumer = {
    name,
    types: [NOTED.type],
    handle: async (tx, event) => {
      if (!tenants.includes(event.tenantId)) return;
      const { text } = NOTED.data.parse(event.data);
      tries.push(text);
      await sql`insert into effects.effect (consumer, tenant_id, text) values (${name}, ${event.tenantId}, ${text})`.execute(
        tx,
      );
      await poison.get(text)?.(tx);
    },
    reset: () => Promise.resolve(),
  };
  const relay = <T>(read: (tx: Parameters<Parameters<Database['withRelay']>[0]>[0]) => Promise<T>): Promise<T> =>
    database.withRelay(read, { isReadOnly: true });
  return {
    consumer,
    poison,
    tries,
    faults,
    fail: (text: string, message = 'cannot be done') =>
      poison.set(text, () => {
        throw new Error(message);
      }),
    start: (retries: EventRetries, on = database): Promise<RunningEvents> =>
      startEvents({
        database: on,
        consumers: [consumer],
        retries,
        onError: (error, by, failure) => {
          if (by === name) faults.push({ error, failure });
        },
      }),
    /** What stands, in the order of commits; of one tenant when it is named. */
    done: (tenantId?: string): Promise<readonly string[]> =>
      relay(async (tx) => {
        const { rows } = await sql<{ text: string }>`
          select text from effects.effect
          where consumer = ${name} and (${tenantId ?? null}::uuid is null or tenant_id = ${tenantId ?? null}) order by at`.execute(
          tx,
        );
        return rows.map(({ text }) => text);
      }),
    setAside: (): Promise<readonly ParkedRow[]> =>
      relay(async (tx) => {
        const { rows } = await sql<ParkedRow>`
          select data->>'text' as text, state, attempts from events.parked where consumer = ${name}
          order by tenant_id, position`.execute(tx);
        return rows;
      }),
    position: (): Promise<bigint | undefined> =>
      relay(async (tx) => {
        const { rows } = await sql<{ position: bigint }>`
          select position from events.consumer where name = ${name}`.execute(tx);
        return rows[0]?.position;
      }),
  };
}
