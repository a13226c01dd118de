import { sql } from 'kysely';
import type { Tx } from './tx.ts';

/** Targets of all tenants that their agents tell nothing of. @param tx a relay transaction */
export async function countSilentTargets(tx: Tx): Promise<number> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from releases.target where removed_at is null and is_stale`.execute(tx);
  return Number(rows[0]?.count ?? 0n);
}

/**
 * What is left of the certificate that is nearest to its end, as a share of its life; 1 without agents. Of each agent that
 * was not revoked its newest certificate counts.
 *
 * @param tx a relay transaction
 */
export async function leastCertificateLeft(tx: Tx, now: string): Promise<number> {
  const { rows } = await sql<{ left: number | null }>`
    select min(greatest(extract(epoch from c.not_after - ${now}::timestamptz), 0)
               / greatest(extract(epoch from c.not_after - c.not_before), 1))::float8 as left
    from releases.agent a
    join lateral (
      select not_before, not_after from releases.agent_certificate c
      where c.tenant_id = a.tenant_id and c.agent_id = a.agent_id
      order by c.not_before desc, c.not_after desc limit 1
    ) c on true
    where a.revoked_at is null`.execute(tx);
  return Math.min(rows[0]?.left ?? 1, 1);
}
