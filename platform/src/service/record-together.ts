import type { Json } from '@stella-ops/engine-kernel';
import { auditActor, type AuditFact, type AuditTarget, recordAudits } from '../audit/index.ts';
import type { Database } from '../database/index.ts';
import { type AnyReply, finishClaim, type RequestContext } from '../http/index.ts';
import type { IdSource, SystemClock } from '../runtime/clock.ts';
import { type GroupCommit, groupCommit } from './group-commit.ts';

/** What a request did outside the tables of the caller's tenant. */
export interface Deed<Reply extends AnyReply> {
  readonly target: AuditTarget;
  readonly details: Readonly<Record<string, Json>>;
  readonly reply: Reply;
}

export type RecordTogether = <Reply extends AnyReply>(context: RequestContext, deed: Deed<Reply>) => Promise<Reply>;

interface Parts {
  readonly database: Database;
  readonly clock: SystemClock;
  readonly ids: IdSource;
}

interface Item {
  readonly context: RequestContext;
  readonly fact: AuditFact;
  readonly reply: AnyReply;
}

const MOST_AT_ONCE = 200;

/**
 * `ServiceHost.change` for requests whose only rows are their audit entry and recorded answer, such as signing: those of a
 * tenant that come together are written down in one transaction. One after another they would queue for the end of the
 * tenant's audit chain, each with a flush to disk.
 */
export function recordTogether({ database, clock, ids }: Parts): RecordTogether {
  const groups = new Map<string, GroupCommit<Item, AnyReply>>();
  const groupOf = (tenantId: string): GroupCommit<Item, AnyReply> => {
    let group = groups.get(tenantId);
    if (group === undefined) {
      group = groupCommit(MOST_AT_ONCE, (items) =>
        database.withTenant(tenantId, async (tx) => {
          for (const { context, reply } of items) {
            if (context.idempotency !== undefined) await finishClaim(tx, context.idempotency, context.stored(reply));
          }
          await recordAudits(
            tx,
            tenantId,
            items.map(({ fact }) => fact),
          );
          return items.map(({ reply }) => reply);
        }),
      );
      groups.set(tenantId, group);
    }
    return group;
  };
  return async (context, { target, details, reply }) => {
    const { tenantId } = context.caller;
    const fact: AuditFact = {
      id: ids.uuid(),
      tenantId,
      at: clock.now(),
      actor: auditActor(context.caller),
      action: context.routeId,
      target,
      details,
      outcome: 'done',
      requestId: context.requestId,
    };
    const group = groupOf(tenantId);
    await group.add({ context, fact, reply });
    void group.idle().then(() => groups.get(tenantId) === group && groups.delete(tenantId));
    return reply;
  };
}
