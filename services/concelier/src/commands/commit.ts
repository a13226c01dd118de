import type { EventData, EventType } from '@stella-ops/contracts';
import type { Json, Timestamp } from '@stella-ops/engine-kernel';
import { publishEvent } from '@stella-ops/platform/events';
import type { AnyReply, RequestContext } from '@stella-ops/platform/http';
import type { Transaction } from 'kysely';
import type { Parts } from '../parts.ts';

/** What one transaction brought about. */
export interface Deed<R> {
  readonly reply: R;
  readonly target: { readonly type: string; readonly id: string };
  readonly details: Readonly<Record<string, Json>>;
}

export interface Writing {
  readonly tx: Transaction<unknown>;
  readonly at: Timestamp;
  readonly publish: <E extends EventType>(event: E, data: EventData<E>) => Promise<void>;
}

/** Runs the last transaction of a command and records in it who did it: a request, or this service by itself. */
export type Commit = <R extends AnyReply>(run: (writing: Writing) => Promise<Deed<R>>) => Promise<R>;

export function commitOfRequest({ host }: Parts, context: RequestContext): Commit {
  return (run) =>
    host.change(context, async (tx, change) => {
      const { reply, target, details } = await run({ tx, at: change.at, publish: change.publish.bind(change) });
      change.audit(target, details);
      return reply;
    });
}

/** @param action `concelier.what` */
export function commitOfService({ host, clock, ids }: Parts, tenantId: string, action: string): Commit {
  return (run) =>
    host.database.withTenant(tenantId, async (tx: Transaction<unknown>) => {
      const at = clock.now();
      const { reply, target, details } = await run({
        tx,
        at,
        publish: (event, data) => publishEvent(tx, event, { id: ids.uuid(), tenantId, occurredAt: at, data }),
      });
      await host.audit(tx, { tenantId, service: 'concelier', action, target, details });
      return reply;
    });
}
