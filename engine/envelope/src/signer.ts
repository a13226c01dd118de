import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { isCosignKeyLabel, openCosignKey } from './cosign-key.ts';
import { fail } from './errors.ts';
import { readPem, writePem } from './pem.ts';
import { type KeyDetails, publicKeyOf } from './public-key.ts';

/** Whatever can sign: a key in memory, or one that never leaves its device. */
export interface Signer {
  /** Base64 of SHA-256 over `publicKey`. */
  readonly keyHint: string;
  readonly keyDetails: KeyDetails;
  /** SPKI DER. */
  readonly publicKey: Buffer;
  /** ASN.1 DER for ECDSA over SHA-256, 64 bytes for pure Ed25519. */
  sign(message: Uint8Array): Buffer;
}

/** A key in memory. */
export class KeySigner implements Signer {
  readonly keyHint: string;
  readonly keyDetails: KeyDetails;
  readonly publicKey: Buffer;
  readonly #key: KeyObject;

  /** @throws AppError `KEY_UNSUPPORTED` */
  constructor(key: KeyObject, file = 'private key') {
    const { hint, keyDetails, publicKey } = publicKeyOf(createPublicKey(key), file);
    this.keyHint = hint;
    this.keyDetails = keyDetails;
    this.publicKey = publicKey;
    this.#key = key;
  }

  sign(message: Uint8Array): Buffer {
    return this.keyDetails === 'PKIX_ED25519'
      ? sign(null, message, this.#key)
      : sign('sha256', message, { key: this.#key, dsaEncoding: 'der' });
  }

  /** PKCS#8 DER (RFC 5958), not encrypted. */
  exportPkcs8(): Buffer {
    return this.#key.export({ format: 'der', type: 'pkcs8' });
  }

  /** PEM `PRIVATE KEY`, not encrypted. */
  exportPem(): string {
    return writePem('PRIVATE KEY', this.exportPkcs8());
  }
}

/** A new key from the generator of the operating system. */
export function generateKey(type: 'p256' | 'ed25519'): KeySigner {
  const { privateKey } =
    type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return new KeySigner(privateKey);
}

const PLAIN = new Set(['PRIVATE KEY', 'EC PRIVATE KEY']);

/**
 * Reads a private key: PKCS#8 (plain or encrypted), SEC 1 `EC PRIVATE KEY`, or a key that cosign encrypted.
 *
 * @param password for encrypted keys; may be empty
 * @throws AppError `KEY_INVALID`, `KEY_UNSUPPORTED`, `KEY_PASSWORD`
 */
export function signerFromPem(pem: string, password?: string, file = 'private key'): KeySigner {
  const block = readPem(pem, file).find(({ label }) => label.endsWith('PRIVATE KEY'));
  if (block === undefined) throw fail('KEY_INVALID', 'there is no private key in the file', { place: { file } });
  if (isCosignKeyLabel(block.label)) {
    const der = openCosignKey(block.bytes, needed(password, file), file);
    return new KeySigner(parse({ key: der, format: 'der', type: 'pkcs8' }, file), file);
  }
  if (PLAIN.has(block.label) && !block.text.includes('ENCRYPTED')) {
    return new KeySigner(parse({ key: block.text, format: 'pem' }, file), file);
  }
  const passphrase = needed(password, file);
  try {
    return new KeySigner(createPrivateKey({ key: block.text, format: 'pem', passphrase }), file);
  } catch (cause) {
    throw fail('KEY_PASSWORD', 'the key cannot be decrypted with this password', { place: { file }, cause });
  }
}

function parse(input: Parameters<typeof createPrivateKey>[0], file: string): KeyObject {
  try {
    return createPrivateKey(input);
  } catch (cause) {
    throw fail('KEY_INVALID', 'this is not a private key', { place: { file }, cause });
  }
}

function needed(password: string | undefined, file: string): string {
  if (password === undefined) throw fail('KEY_PASSWORD', 'the key is encrypted', { place: { file } });
  return password;
}
