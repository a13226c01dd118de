import { sql, type Transaction } from 'kysely';
import type { Digest } from '@stella-ops/engine-kernel';

/** One transaction at a time for a tenant's image or upload, also before there is a row to lock. Ends with the transaction. */
export async function lockDigest<T>(
  tx: Transaction<T>,
  what: 'image' | 'upload',
  tenantId: string,
  digest: Digest,
): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`scanner ${what} ${tenantId} ${digest}`}, 0))`.execute(tx);
}
