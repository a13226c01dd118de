import type { Database } from '../database/index.ts';
import type { RequestAudit } from '../http/index.ts';
import type { IdSource, SystemClock } from '../runtime/clock.ts';
import { auditActor, recordAudit } from './record-audit.ts';

/** Reads that must not stay unseen, and refusals, each in a transaction of its own. */
export function requestAudit(database: Database, clock: SystemClock, ids: IdSource): RequestAudit {
  return {
    record: ({ routeId, caller, params, requestId, outcome, code }) =>
      database.withTenant(caller.tenantId, (tx) =>
        recordAudit(tx, {
          id: ids.uuid(),
          tenantId: caller.tenantId,
          at: clock.now(),
          actor: auditActor(caller),
          action: routeId,
          target: {
            type: routeId.split('.')[0] ?? routeId,
            // A refusal comes before anything looks at the address: the database takes any character of it but this one.
            id: (Object.values(params)[0] ?? '').replaceAll('\0', '\uFFFD'),
          },
          outcome,
          requestId,
          details: { ...params, ...(code === undefined ? {} : { code }) },
        }),
      ),
  };
}
