import { sql, type Transaction } from 'kysely';
import type { Timestamp } from '@stella-ops/engine-kernel';

export interface LogRow {
  readonly origin: string;
  /** Raw Ed25519 key, 32 bytes. */
  readonly public_key: Buffer;
  readonly sealed_seed: string;
}

// Any number that no other lock of the product uses: "log" and a serial.
const LOCK = 0x6c6f6701;

/**
 * Until the end of the transaction nobody else appends, in any process. Also makes sure that the commit waits for the disk:
 * a server may have been told not to, and an acknowledged entry must not go.
 */
export async function lockLog(tx: Transaction<unknown>): Promise<void> {
  await sql`
    select pg_advisory_xact_lock(${LOCK}),
           case when current_setting('synchronous_commit') in ('off', 'local')
                then set_config('synchronous_commit', 'on', true) end`.execute(tx);
}

export async function findLog(tx: Transaction<unknown>): Promise<LogRow | undefined> {
  const { rows } = await sql<LogRow>`select origin, public_key, sealed_seed from attestor.log`.execute(tx);
  return rows[0];
}

/** Call {@link lockLog} and {@link findLog} first. */
export async function insertLog(
  tx: Transaction<unknown>,
  log: LogRow & { readonly created_at: Timestamp },
): Promise<void> {
  await sql`
    insert into attestor.log (id, origin, public_key, sealed_seed, created_at)
    values (1, ${log.origin}, ${log.public_key}, ${log.sealed_seed}, ${log.created_at})`.execute(tx);
}
