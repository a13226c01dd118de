import { sql, type Transaction } from 'kysely';
import { CHAIN_START } from './record-audit.ts';

/** An entry as it was hashed. */
export interface AuditRow {
  readonly sequence: bigint;
  /** RFC 8785 form. */
  readonly body: string;
  readonly hash: string;
}

/** Where the tenant's chain ends; the number is 0 before the first entry. */
export async function readAuditEnd<Tables>(
  tx: Transaction<Tables>,
  tenantId: string,
): Promise<{ readonly sequence: bigint; readonly hash: string }> {
  const { rows } = await sql<{ sequence: bigint; hash: string }>`
    select sequence, hash from audit.head where tenant_id = ${tenantId}`.execute(tx);
  return rows[0] ?? { sequence: 0n, hash: CHAIN_START };
}

/**
 * A page of the tenant's chain in its order. Entries are only ever added, so pages of several transactions are of one chain.
 *
 * @param between entries with a number above the first of these two, up to the second
 */
export async function readAuditRows<Tables>(
  tx: Transaction<Tables>,
  tenantId: string,
  between: readonly [after: bigint, until: bigint],
  take: number,
): Promise<readonly AuditRow[]> {
  const [after, until] = between;
  const { rows } = await sql<AuditRow>`
    select sequence, body, hash from audit.entry
    where tenant_id = ${tenantId} and sequence > ${after} and sequence <= ${until}
    order by sequence limit ${take}`.execute(tx);
  return rows;
}
