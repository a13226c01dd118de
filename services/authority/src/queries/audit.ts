import type { AUTHORITY_ROUTES, AuditEntry } from '@stella-ops/contracts/authority';
import { CHAIN_START } from '@stella-ops/platform/audit';
import { type Handler, openPage } from '@stella-ops/platform/http';
import * as z from 'zod';
import { type ChainRow, entryFault, parseAuditBody } from '../domain/audit-chain.ts';
import type { Parts } from '../parts.ts';
import { listAudit as readAudit, readAuditChain, readAuditHead } from '../store/audit-trail.ts';

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

const ENTRIES_AT_ONCE = 500;

/**
 * Walks the chain from its first entry up to the end it has now, a page at a time: in constant memory, and without one
 * long transaction. Entries are only ever added, so what is added meanwhile changes nothing of what is checked.
 */
export function verifyAudit({ host: { database } }: Parts): Handler<typeof AUTHORITY_ROUTES.verifyAudit> {
  return async (_input, { caller: { tenantId }, signal }) => {
    const head = await database.withTenant(tenantId, (tx) => readAuditHead(tx, tenantId), { isReadOnly: true });
    let before = { tenantId, sequence: 0n, hash: CHAIN_START };
    const end = head?.sequence ?? 0n;
    const answer = (fault: { sequence: number; sentence: string } | null) => ({
      status: 200 as const,
      body: { isIntact: fault === null, entries: Number(before.sequence), head: before.hash, fault },
    });
    while (before.sequence < end) {
      signal.throwIfAborted();
      const { sequence } = before;
      const rows = await database.withTenant(
        tenantId,
        (tx) => readAuditChain(tx, tenantId, sequence, end, ENTRIES_AT_ONCE),
        { isReadOnly: true },
      );
      if (rows.length === 0) return answer(missing(before.sequence));
      for (const row of rows) {
        const sentence = entryFault(row, before);
        if (sentence !== undefined) return answer({ sequence: Number(before.sequence + 1n), sentence });
        before = { tenantId, sequence: row.sequence, hash: row.hash };
      }
    }
    if (before.hash !== (head?.hash ?? CHAIN_START))
      return answer({ sequence: Number(end), sentence: 'the end of the chain is not the hash of its last entry' });
    if ((head?.last ?? 0n) > end)
      return answer({ sequence: Number(end) + 1, sentence: 'there are entries behind the end of the chain' });
    return answer(null);
  };
}

const missing = (sequence: bigint) => ({
  sequence: Number(sequence) + 1,
  sentence: `the entry ${sequence + 1n} is missing`,
});
