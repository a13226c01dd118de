import type { EventData, EventType } from '@stella-ops/contracts';
import type { Json, Timestamp } from '@stella-ops/engine-kernel';
import type { Transaction } from 'kysely';
import { auditActor, type AuditTarget, recordAudit } from '../audit/index.ts';
import type { Database } from '../database/index.ts';
import { publishEvent } from '../events/index.ts';
import { type AnyReply, finishClaim, type RequestContext } from '../http/index.ts';
import type { IdSource, SystemClock } from '../runtime/clock.ts';

/** What a change says of itself while it is made. */
export interface Change {
  /** One time for the whole change. */
  readonly at: Timestamp;
  readonly tenantId: string;
  /** What was changed, for the audit trail. `details`: a few members, no secrets, no documents. */
  audit(target: AuditTarget, details?: Readonly<Record<string, Json>>): void;
  /** Writes a fact into the outbox. */
  publish<E extends EventType>(event: E, data: EventData<E>): Promise<void>;
}

export interface ChangeParts {
  readonly database: Database;
  readonly clock: SystemClock;
  readonly ids: IdSource;
}

/** See `ServiceHost.change`. */
export function changer({ database, clock, ids }: ChangeParts) {
  return async <Tables, Reply extends AnyReply>(
    context: RequestContext,
    run: (tx: Transaction<Tables>, change: Change) => Promise<Reply>,
  ): Promise<Reply> => {
    const { caller } = context;
    return database.withTenant<Reply, Tables>(caller.tenantId, async (tx) => {
      const at = clock.now();
      let told: { readonly target: AuditTarget; readonly details: Readonly<Record<string, Json>> } | undefined;
      const reply = await run(tx, {
        at,
        tenantId: caller.tenantId,
        audit: (target, details = {}) => {
          told = { target, details };
        },
        publish: (event, data) =>
          publishEvent(tx, event, { id: ids.uuid(), tenantId: caller.tenantId, occurredAt: at, data }),
      });
      if (told === undefined) throw new Error(`${context.routeId} changed something and did not say what`);
      await recordAudit(tx, {
        id: ids.uuid(),
        tenantId: caller.tenantId,
        at,
        actor: auditActor(caller),
        action: context.routeId,
        ...told,
        outcome: 'done',
        requestId: context.requestId,
      });
      if (context.idempotency !== undefined) await finishClaim(tx, context.idempotency, context.stored(reply));
      return reply;
    });
  };
}
