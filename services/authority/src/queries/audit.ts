import type { AUTHORITY_ROUTES, AuditEntry } from '@stella-ops/contracts/authority';
import { type Handler, openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import { type ChainRow, parseAuditBody } from '../domain/audit-chain.ts';
import type { Parts } from '../parts.ts';
import { listAudit as readAudit } from '../store/audit-trail.ts';
import { checkAuditChain } from './check-audit.ts';

export function listAudit({ host }: Parts): Handler<typeof AUTHORITY_ROUTES.listAudit> {
  return async ({ query }, { caller: { tenantId } }) => {
    const page = openPage(query, z.int().nonnegative());
    const before = page.after === undefined ? undefined : BigInt(page.after);
    const rows = await host.database.withTenant(tenantId, (tx) => readAudit(tx, tenantId, query, before, page.take), {
      isReadOnly: true,
    });
    const { items, next } = page.close(rows, ({ sequence }) => Number(sequence));
    return { status: 200, body: { items: items.map(entryBody), next } };
  };
}

/** What cannot be read any more is shown as it stands in the columns: a list must not fail over a forged entry. */
function entryBody(row: ChainRow): AuditEntry {
  const body = parseAuditBody(row.body);
  return {
    sequence: Number(row.sequence),
    id: row.id,
    at: row.recordedAt,
    actor: actorOf(body?.actor) ?? { kind: 'unreadable', id: row.actorId, name: row.actorId },
    action: row.action,
    target: body?.target ?? { type: row.targetType, id: row.targetId },
    outcome: row.outcome as AuditEntry['outcome'],
    requestId: body?.requestId ?? null,
    details: body?.details ?? {},
    hash: row.hash,
  };
}

function actorOf(
  actor: { kind: string; id: string; name: string; onBehalfOf?: string | undefined } | undefined,
): AuditEntry['actor'] | undefined {
  if (actor === undefined) return undefined;
  const { onBehalfOf, ...rest } = actor;
  return onBehalfOf === undefined ? rest : { ...rest, onBehalfOf };
}

/** The chain up to the end it has now. */
export function verifyAudit({ host: { database } }: Parts): Handler<typeof AUTHORITY_ROUTES.verifyAudit> {
  return async (_input, { caller: { tenantId }, signal }) => {
    const { entries, head, fault } = await checkAuditChain(database, tenantId, { signal });
    return { status: 200, body: { isIntact: fault === null, entries, head, fault } };
  };
}
