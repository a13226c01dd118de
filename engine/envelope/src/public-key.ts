import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { fail } from './errors.ts';
import { readPem, writePem } from './pem.ts';

/** Algorithm names of the Sigstore protobuf `PublicKeyDetails`. */
export type KeyDetails = 'PKIX_ECDSA_P256_SHA_256' | 'PKIX_ED25519';

export interface PublicKey {
  /** Base64 of SHA-256 over the SPKI DER: the name of a key in bundles, and the DSSE `keyid`. */
  readonly hint: string;
  readonly keyDetails: KeyDetails;
  /** SPKI DER as RFC 5480 and RFC 8410 write it, whatever form was read. */
  readonly publicKey: Buffer;
}

/**
 * Reads a public key: PEM `PUBLIC KEY` or SPKI DER.
 *
 * @throws AppError `KEY_INVALID`, `KEY_UNSUPPORTED`
 */
export function readPublicKey(source: string | Uint8Array, file = 'public key'): PublicKey {
  return publicKeyOf(parse(source, file), file);
}

/** @throws AppError `KEY_UNSUPPORTED` */
export function publicKeyOf(key: KeyObject, file: string): PublicKey {
  const keyDetails = keyDetailsOf(key, file);
  const publicKey = key.export({ format: 'der', type: 'spki' });
  return { hint: hintOf(publicKey), keyDetails, publicKey };
}

/** @param spki SPKI DER */
export function publicKeyPem(spki: Uint8Array): string {
  return writePem('PUBLIC KEY', spki);
}

/** @param spki SPKI DER */
export function hintOf(spki: Uint8Array): string {
  return createHash('sha256').update(spki).digest('base64');
}

/**
 * ECDSA P-256 over SHA-256 with an ASN.1 DER signature, or pure Ed25519 (RFC 8032), by the type of the key.
 *
 * @param spki SPKI DER of a key that {@link readPublicKey} takes
 * @throws AppError `KEY_INVALID`, `KEY_UNSUPPORTED`; a wrong or malformed signature is false
 */
export function verifySignature(spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  const key = parse(spki, 'public key');
  return keyDetailsOf(key, 'public key') === 'PKIX_ED25519'
    ? verify(null, message, key, signature)
    : verify('sha256', message, { key, dsaEncoding: 'der' }, signature);
}

/** @throws AppError `KEY_UNSUPPORTED` */
function keyDetailsOf(key: KeyObject, file: string): KeyDetails {
  if (key.asymmetricKeyType === 'ed25519') return 'PKIX_ED25519';
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (key.asymmetricKeyType === 'ec' && curve === 'prime256v1') return 'PKIX_ECDSA_P256_SHA_256';
  const name = curve ?? key.asymmetricKeyType ?? 'unknown';
  throw fail('KEY_UNSUPPORTED', `keys of type ${name} are not supported`, { place: { file } });
}

function parse(source: string | Uint8Array, file: string): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(derOf(source, file)), format: 'der', type: 'spki' });
  } catch (cause) {
    throw fail('KEY_INVALID', 'this is not a public key', { place: { file }, cause });
  }
}

function derOf(source: string | Uint8Array, file: string): Uint8Array {
  const isDer = typeof source !== 'string' && source[0] === 0x30;
  if (isDer) return source;
  const text = typeof source === 'string' ? source : Buffer.from(source).toString('latin1');
  const block = readPem(text, file).find(({ label }) => label === 'PUBLIC KEY');
  if (block === undefined) throw fail('KEY_INVALID', 'there is no PUBLIC KEY block', { place: { file } });
  return block.bytes;
}
