import { sql, type Transaction } from 'kysely';
import { MAX_SIGNING_KEYS } from '@stella-ops/contracts/signer';
import type { Timestamp } from '@stella-ops/engine-kernel';

export interface SigningKeyRow {
  readonly id: string;
  readonly hint: string;
  readonly algorithm: 'ecdsa-p256' | 'ed25519';
  /** SPKI DER. */
  readonly public_key: Buffer;
  readonly is_active: boolean;
  readonly created_at: Timestamp;
  /** Null while the key is active. */
  readonly retired_at: Timestamp | null;
}

export interface SealedKeyRow {
  readonly id: string;
  readonly hint: string;
  readonly sealed_private_key: string;
}

export type NewKey = Pick<SigningKeyRow, 'algorithm' | 'public_key'> & SealedKeyRow & { readonly tenantId: string };

const SHOWN = sql`id, hint, algorithm, public_key, is_active, created_at, retired_at`;

/** Ids of the keys that tenants sign with, by tenant. Asked as the relay role: one question for all who sign just now. */
export async function findActiveIds(
  tx: Transaction<unknown>,
  tenantIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { rows } = await sql<{ tenant_id: string; id: string }>`
    select tenant_id, id from signer.signing_key
    where tenant_id = any(${tenantIds}::uuid[]) and is_active`.execute(tx);
  return new Map(rows.map((row) => [row.tenant_id, row.id]));
}

/** The private half of a key; undefined when it has been retired. */
export async function findSealedKey(
  tx: Transaction<unknown>,
  tenantId: string,
  id: string,
): Promise<SealedKeyRow | undefined> {
  const { rows } = await sql<SealedKeyRow>`
    select id, hint, sealed_private_key from signer.signing_key
    where tenant_id = ${tenantId} and id = ${id} and is_active`.execute(tx);
  return rows[0];
}

/** @returns the row when this is now the active key; undefined when another one is */
export async function insertActiveKey(
  tx: Transaction<unknown>,
  key: NewKey,
  createdAt: Timestamp,
): Promise<SigningKeyRow | undefined> {
  const { rows } = await sql<SigningKeyRow>`
    insert into signer.signing_key
      (tenant_id, id, hint, algorithm, public_key, sealed_private_key, is_active, created_at)
    values (${key.tenantId}, ${key.id}, ${key.hint}, ${key.algorithm}, ${key.public_key}, ${key.sealed_private_key},
            true, ${createdAt})
    on conflict (tenant_id) where is_active do nothing
    returning ${SHOWN}`.execute(tx);
  return rows[0];
}

/**
 * Ends a key and forgets its private half. Whoever comes second waits here for the first and then finds nothing to end.
 *
 * @returns the row; undefined when this is not the active key
 */
export async function retireKey(
  tx: Transaction<unknown>,
  tenantId: string,
  hint: string,
  at: Timestamp,
): Promise<SigningKeyRow | undefined> {
  // A clock that was set back makes no key that ends before it begins.
  const { rows } = await sql<SigningKeyRow>`
    update signer.signing_key
    set is_active = false, retired_at = greatest(created_at, ${at}::timestamptz), sealed_private_key = null
    where tenant_id = ${tenantId} and hint = ${hint} and is_active
    returning ${SHOWN}`.execute(tx);
  return rows[0];
}

/** Whether the tenant has or had this key. */
export async function isKeyKnown(tx: Transaction<unknown>, tenantId: string, hint: string): Promise<boolean> {
  const { rows } = await sql`
    select from signer.signing_key where tenant_id = ${tenantId} and hint = ${hint}`.execute(tx);
  return rows.length > 0;
}

export async function countKeys(tx: Transaction<unknown>, tenantId: string): Promise<bigint> {
  const { rows } = await sql<{ count: bigint }>`
    select count(*) as count from signer.signing_key where tenant_id = ${tenantId}`.execute(tx);
  return rows[0]?.count ?? 0n;
}

/** The public keys of the tenant, oldest first: what was signed with a former key still has to verify. */
export async function listKeys(tx: Transaction<unknown>, tenantId: string): Promise<readonly SigningKeyRow[]> {
  const { rows } = await sql<SigningKeyRow>`
    select ${SHOWN} from signer.signing_key
    where tenant_id = ${tenantId} order by retired_at nulls last, id limit ${MAX_SIGNING_KEYS}`.execute(tx);
  return rows;
}

/** Whether any tenant has a key. Asked as the relay role. */
export async function anyKeyExists(tx: Transaction<unknown>): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select created_at from signer.signing_key) as found`.execute(tx);
  return rows[0]?.found === true;
}
