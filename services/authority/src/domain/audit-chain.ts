import { digestOf } from '@stella-ops/engine-kernel';
import * as z from 'zod';

/** An entry as it is stored: what was hashed, and columns beside it that lists filter by. */
export interface ChainRow {
  readonly sequence: bigint;
  readonly id: string;
  readonly recordedAt: string;
  readonly actorId: string;
  readonly action: string;
  readonly targetType: string;
  readonly targetId: string;
  readonly outcome: string;
  readonly body: string;
  readonly hash: string;
}

/** What every entry's body has; details differ. */
export const AuditBody = z.object({
  id: z.string(),
  tenantId: z.string(),
  at: z.string(),
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string(), onBehalfOf: z.string().optional() }),
  action: z.string(),
  target: z.object({ type: z.string(), id: z.string() }),
  outcome: z.enum(['done', 'read', 'refused']),
  requestId: z.string().optional(),
  details: z.unknown().optional(),
  sequence: z.int(),
  previous: z.string(),
});
export type AuditBody = z.infer<typeof AuditBody>;

export function parseAuditBody(body: string): AuditBody | undefined {
  try {
    return AuditBody.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}

/**
 * Why an entry cannot follow the one before it in the chain of its tenant.
 *
 * @returns a sentence, or `undefined` when it can
 */
export function entryFault(
  row: ChainRow,
  before: { readonly tenantId: string; readonly sequence: bigint; readonly hash: string },
): string | undefined {
  if (row.sequence !== before.sequence + 1n) return `the entry ${before.sequence + 1n} is missing`;
  if (digestOf(row.body) !== row.hash) return 'the entry was changed: its hash is not that of what it says';
  const body = parseAuditBody(row.body);
  if (body === undefined) return 'the entry cannot be read';
  if (body.previous !== before.hash)
    return 'the entry does not follow the one before it: that one was changed or replaced';
  const columns: readonly (readonly [string, unknown, unknown])[] = [
    ['tenant', body.tenantId, before.tenantId],
    ['sequence', BigInt(body.sequence), row.sequence],
    ['id', body.id, row.id],
    ['time', body.at, row.recordedAt],
    ['actor', body.actor.onBehalfOf ?? body.actor.id, row.actorId],
    ['action', body.action, row.action],
    ['type of the target', body.target.type, row.targetType],
    ['target', body.target.id, row.targetId],
    ['outcome', body.outcome, row.outcome],
  ];
  const changed = columns.find(([, said, stored]) => said !== stored);
  return changed === undefined ? undefined : `the ${changed[0]} beside the entry is not the one that was hashed`;
}
