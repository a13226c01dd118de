import { sql, type Transaction } from 'kysely';
import type { Timestamp } from '@stella-ops/engine-kernel';

export interface SigningKeyRow {
  readonly id: string;
  readonly hint: string;
  readonly algorithm: 'ecdsa-p256' | 'ed25519';
  /** SPKI DER. */
  readonly public_key: Buffer;
  readonly is_active: boolean;
  readonly created_at: Timestamp;
}

export interface SealedKeyRow {
  readonly id: string;
  readonly hint: string;
  readonly sealed_private_key: string;
}

/** The key that the tenant signs with. */
export async function findActiveKey(tx: Transaction<unknown>, tenantId: string): Promise<SealedKeyRow | undefined> {
  const { rows } = await sql<SealedKeyRow>`
    select id, hint, sealed_private_key from signer.signing_key
    where tenant_id = ${tenantId} and is_active`.execute(tx);
  return rows[0];
}

/** @returns whether this is now the active key; false when another one is */
export async function insertActiveKey(
  tx: Transaction<unknown>,
  key: Omit<SigningKeyRow, 'is_active'> & SealedKeyRow & { readonly tenantId: string },
): Promise<boolean> {
  const { rows } = await sql<{ id: string }>`
    insert into signer.signing_key
      (tenant_id, id, hint, algorithm, public_key, sealed_private_key, is_active, created_at)
    values (${key.tenantId}, ${key.id}, ${key.hint}, ${key.algorithm}, ${key.public_key}, ${key.sealed_private_key},
            true, ${key.created_at})
    on conflict (tenant_id) where is_active do nothing
    returning id`.execute(tx);
  return rows.length > 0;
}

/** All public keys of the tenant, oldest first: what was signed with a former key still has to verify. */
export async function listKeys(tx: Transaction<unknown>, tenantId: string): Promise<readonly SigningKeyRow[]> {
  const { rows } = await sql<SigningKeyRow>`
    select id, hint, algorithm, public_key, is_active, created_at from signer.signing_key
    where tenant_id = ${tenantId} order by created_at, id limit 1000`.execute(tx);
  return rows;
}

/** Whether any tenant has a key. Asked as the relay role. */
export async function anyKeyExists(tx: Transaction<unknown>): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (select created_at from signer.signing_key) as found`.execute(tx);
  return rows[0]?.found === true;
}
