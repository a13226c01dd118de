import { sql, type Transaction } from 'kysely';
import type { ChainRow } from '../domain/audit-chain.ts';

type Tx = Transaction<unknown>;

export interface AuditFilter {
  readonly actorId?: string | undefined;
  readonly targetType?: string | undefined;
  readonly targetId?: string | undefined;
  readonly outcome?: string | undefined;
}

const COLUMNS = sql`sequence, id, recorded_at as "recordedAt", actor_id as "actorId", action,
  target_type as "targetType", target_id as "targetId", outcome, body, hash`;

/** Newest first. */
export async function listAudit(
  tx: Tx,
  tenantId: string,
  filter: AuditFilter,
  before: bigint | undefined,
  take: number,
): Promise<readonly ChainRow[]> {
  const conditions = [
    sql`tenant_id = ${tenantId}`,
    ...(before === undefined ? [] : [sql`sequence < ${before}`]),
    ...(filter.actorId === undefined ? [] : [sql`actor_id = ${filter.actorId}`]),
    ...(filter.targetType === undefined ? [] : [sql`target_type = ${filter.targetType}`]),
    ...(filter.targetId === undefined ? [] : [sql`target_id = ${filter.targetId}`]),
    ...(filter.outcome === undefined ? [] : [sql`outcome = ${filter.outcome}`]),
  ];
  const { rows } = await sql<ChainRow>`
    select ${COLUMNS} from audit.entry where ${sql.join(conditions, sql` and `)}
    order by sequence desc limit ${take}`.execute(tx);
  return rows;
}

/** In the order of the chain. */
export async function readAuditChain(
  tx: Tx,
  tenantId: string,
  after: bigint,
  until: bigint,
  take: number,
): Promise<readonly ChainRow[]> {
  const { rows } = await sql<ChainRow>`
    select ${COLUMNS} from audit.entry
    where tenant_id = ${tenantId} and sequence > ${after} and sequence <= ${until} order by sequence limit ${take}`.execute(
    tx,
  );
  return rows;
}

export interface AuditHead {
  readonly sequence: bigint;
  readonly hash: string;
  /** Entries that stand behind the end: their head was put back. */
  readonly last: bigint | null;
}

export async function readAuditHead(tx: Tx, tenantId: string): Promise<AuditHead | undefined> {
  const { rows } = await sql<AuditHead>`
    select h.sequence, h.hash, (select max(e.sequence) from audit.entry e where e.tenant_id = h.tenant_id) as last
    from audit.head h where h.tenant_id = ${tenantId}`.execute(tx);
  return rows[0];
}
