import { createPrivateKey } from 'node:crypto';
import { KeySigner } from '@stella-ops/engine-envelope';
import type { MasterKey } from '@stella-ops/platform/runtime';
import { fail } from '../errors.ts';
import type { SealedKeyRow } from '../store/signing-keys.ts';

/** Bound into a sealed key, so that a row copied elsewhere does not open there. */
export const sealContext = (tenantId: string, id: string): string => `signer:key:${tenantId}:${id}`;

/** @throws AppError `KEY_UNAVAILABLE` when another master key sealed it, or for another tenant or row */
export function openKey(
  { id, hint, sealed_private_key }: SealedKeyRow,
  tenantId: string,
  masterKey: MasterKey,
): KeySigner {
  let pkcs8: Buffer;
  try {
    pkcs8 = masterKey.open(sealed_private_key, sealContext(tenantId, id));
  } catch (cause) {
    throw fail('KEY_UNAVAILABLE', 'the signing key does not open with this master key', { cause });
  }
  const key = new KeySigner(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  pkcs8.fill(0);
  // The hint stands beside the sealed key and is not sealed itself.
  if (key.keyHint !== hint) throw fail('KEY_UNAVAILABLE', 'the stored public key is not that of the private key');
  return key;
}
