import { sql, type Transaction } from 'kysely';
import type { Principal } from '@stella-ops/contracts';
import { canonicalJson, digestOf, type Json, type Timestamp } from '@stella-ops/engine-kernel';

/** Hash before the first entry of a chain. */
export const CHAIN_START = `sha256:${'0'.repeat(64)}`;

export interface AuditTarget {
  /** `release`, `exception`, `evidence-packet`: what kind of thing. */
  readonly type: string;
  readonly id: string;
}

export interface AuditActor {
  readonly kind: Principal['kind'];
  readonly id: string;
  readonly name: string;
  readonly onBehalfOf?: string;
}

export interface AuditFact {
  /** UUIDv7. */
  readonly id: string;
  readonly tenantId: string;
  readonly at: Timestamp;
  readonly actor: AuditActor;
  /** Id of the route, or `service.what` for what no request asked for. */
  readonly action: string;
  readonly target: AuditTarget;
  readonly outcome: 'done' | 'read' | 'refused';
  readonly requestId?: string;
  /** What changed, in a few members; no secrets, no documents. */
  readonly details?: Readonly<Record<string, Json>>;
}

export function auditActor({ kind, id, name, onBehalfOf }: Principal): AuditActor {
  return { kind, id, name, ...(onBehalfOf === undefined ? {} : { onBehalfOf }) };
}

/**
 * Adds an entry to the tenant's chain in the transaction of what it tells of. From here to the commit other entries of
 * the tenant wait, so it is the last thing a transaction does.
 *
 * @param tx a transaction of the fact's tenant
 */
export async function recordAudit<Tables>(tx: Transaction<Tables>, fact: AuditFact): Promise<void> {
  await recordAudits(tx, fact.tenantId, [fact]);
}

/** The same for several facts of one tenant, in their order. */
export async function recordAudits<Tables>(
  tx: Transaction<Tables>,
  tenantId: string,
  facts: readonly AuditFact[],
): Promise<void> {
  const { rows } = await sql<{ sequence: bigint; hash: string }>`
    insert into audit.head as head (tenant_id, sequence, hash) values (${tenantId}, 0, ${CHAIN_START})
    on conflict (tenant_id) do update set hash = head.hash
    returning sequence, hash`.execute(tx);
  const [head] = rows;
  if (head === undefined) throw new Error('the end of the audit chain cannot be read');
  let { sequence, hash } = head;
  const entries = facts.map((fact) => {
    if (fact.tenantId !== tenantId) throw new Error('an audit entry belongs into the chain of its own tenant');
    sequence += 1n;
    const body = canonicalJson({ ...fact, sequence: Number(sequence), previous: hash });
    hash = digestOf(body);
    return { fact, sequence, body, hash };
  });
  const column = (value: (entry: (typeof entries)[number]) => unknown): unknown[] => entries.map(value);
  await sql`
    with added as (
      insert into audit.entry
        (tenant_id, sequence, id, recorded_at, actor_id, action, target_type, target_id, outcome, body, hash)
      select ${tenantId}::uuid, *
      from unnest(${column((entry) => entry.sequence)}::int8[], ${column(({ fact }) => fact.id)}::uuid[],
                  ${column(({ fact }) => fact.at)}::timestamptz[],
                  ${column(({ fact }) => fact.actor.onBehalfOf ?? fact.actor.id)}::text[],
                  ${column(({ fact }) => fact.action)}::text[], ${column(({ fact }) => fact.target.type)}::text[],
                  ${column(({ fact }) => fact.target.id)}::text[], ${column(({ fact }) => fact.outcome)}::text[],
                  ${column((entry) => entry.body)}::text[], ${column((entry) => entry.hash)}::text[])
    )
    update audit.head set sequence = ${sequence}, hash = ${hash} where tenant_id = ${tenantId}`.execute(tx);
}
