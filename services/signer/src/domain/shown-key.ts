import type { SigningKey } from '@stella-ops/contracts/signer';
import { publicKeyPem } from '@stella-ops/engine-envelope';
import type { SigningKeyRow } from '../store/signing-keys.ts';

/** A key as the API shows it. */
export function shownKey(row: SigningKeyRow): SigningKey {
  return {
    hint: row.hint,
    algorithm: row.algorithm,
    publicKeyPem: publicKeyPem(row.public_key),
    isActive: row.is_active,
    state: row.is_active ? 'active' : 'retired',
    createdAt: row.created_at,
    retiredAt: row.retired_at,
  };
}
