import type { ATTESTOR_ROUTES } from '@stella-ops/contracts/attestor';
import {
  hashedRekordOfDigest,
  type PublicKey,
  readPublicKey,
  verifyDigestSignature,
} from '@stella-ops/engine-envelope';
import { AppError } from '@stella-ops/engine-kernel';
import type { Input } from '@stella-ops/contracts';
import { fail } from '../errors.ts';

type Request = Input<typeof ATTESTOR_ROUTES.appendEntry>['body']['hashedRekordRequestV002'];

/**
 * The entry that a request asks for, when its signature verifies: what the log holds was signed by the key it names.
 * As with Rekor v2 only the digest is known, so the key must be one whose signatures are over digests: ECDSA P-256.
 *
 * @returns canonical bytes of a `hashedrekord 0.0.2`
 * @throws AppError `ENTRY_INVALID`
 */
export function readEntryRequest({ digest, signature: { content, verifier } }: Request): Buffer {
  const digestBytes = Buffer.from(digest, 'base64');
  const signature = Buffer.from(content, 'base64');
  if (digestBytes.length !== 32) throw fail('ENTRY_INVALID', 'the digest is not a SHA-256');
  const key = readKey(Buffer.from(verifier.publicKey.rawBytes, 'base64'));
  if (key.keyDetails !== 'PKIX_ECDSA_P256_SHA_256' || verifier.keyDetails !== key.keyDetails) {
    throw fail('ENTRY_INVALID', 'the key and its keyDetails have to be PKIX_ECDSA_P256_SHA_256');
  }
  if (!verifyDigestSignature(key.publicKey, digestBytes, signature)) {
    throw fail('ENTRY_INVALID', 'the signature does not verify over the digest');
  }
  return hashedRekordOfDigest(digestBytes, signature, key);
}

/** SPKI in the one DER form, so that one key has one spelling in the log. */
function readKey(bytes: Buffer): PublicKey {
  try {
    const key = readPublicKey(bytes, 'verifier');
    if (key.publicKey.equals(bytes)) return key;
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw fail('ENTRY_INVALID', cause.message, { cause });
  }
  throw fail('ENTRY_INVALID', 'the key is not SPKI in DER');
}
