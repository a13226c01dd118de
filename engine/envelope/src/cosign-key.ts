import { scryptSync } from 'node:crypto';
import { AppError, canonicalBytes, decodeOrThrow, parseJson, shape as s } from '@stella-ops/engine-kernel';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { fail } from './errors.ts';
import { writePem } from './pem.ts';
import { base64 } from './proto-json.ts';
import type { KeySigner } from './signer.ts';

// The encrypted key files of cosign: JSON with scrypt (RFC 7914) and a NaCl secretbox around a PKCS#8 DER.

const LABEL = 'ENCRYPTED SIGSTORE PRIVATE KEY';
const OLD_LABEL = 'ENCRYPTED COSIGN PRIVATE KEY';
const SALT_SIZE = 32;
const NONCE_SIZE = 24;
const COST = 65_536;

const SealedKey = s.object({
  kdf: s.object({
    name: s.literal('scrypt'),
    params: s.object({
      // The costs that cosign itself takes; anything else would let a file decide how much work we do.
      N: s.literal(32_768, 65_536, 131_072),
      r: s.literal(8),
      p: s.literal(1),
    }),
    salt: base64({ size: SALT_SIZE }),
  }),
  cipher: s.object({ name: s.literal('nacl/secretbox'), nonce: base64({ size: NONCE_SIZE }) }),
  ciphertext: base64({ max: 16_384 }),
});

export function isCosignKeyLabel(label: string): boolean {
  return label === LABEL || label === OLD_LABEL;
}

/**
 * Decrypts the body of a cosign key.
 *
 * @param body what the PEM block holds
 * @returns PKCS#8 DER
 * @throws AppError `KEY_INVALID` when the file is not one, `KEY_PASSWORD`
 */
export function openCosignKey(body: Uint8Array, password: string, file: string): Buffer {
  const { kdf, cipher, ciphertext } = readSealed(body, file);
  try {
    const box = xsalsa20poly1305(derive(password, kdf.salt, kdf.params.N), cipher.nonce);
    return Buffer.from(box.decrypt(ciphertext));
  } catch (cause) {
    throw fail('KEY_PASSWORD', 'the key cannot be decrypted with this password', { place: { file }, cause });
  }
}

/**
 * Writes a key as cosign does. cosign reads it with `COSIGN_PASSWORD`.
 *
 * @param password UTF-8; may be empty
 * @param randomBytes source of salt and nonce
 * @returns PEM `ENCRYPTED SIGSTORE PRIVATE KEY`
 */
export function writeCosignKey(
  key: KeySigner,
  password: string,
  randomBytes: (sizeBytes: number) => Uint8Array,
): string {
  const salt = randomBytes(SALT_SIZE);
  const nonce = randomBytes(NONCE_SIZE);
  const ciphertext = xsalsa20poly1305(derive(password, salt, COST), nonce).encrypt(key.exportPkcs8());
  const body = {
    kdf: { name: 'scrypt', params: { N: COST, r: 8, p: 1 }, salt: Buffer.from(salt).toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: Buffer.from(nonce).toString('base64') },
    ciphertext: Buffer.from(ciphertext).toString('base64'),
  };
  return writePem(LABEL, canonicalBytes(body));
}

function derive(password: string, salt: Uint8Array, cost: number): Buffer {
  // Node's default limit is below the 128 * N * r bytes that scrypt needs here.
  return scryptSync(password, salt, 32, { N: cost, r: 8, p: 1, maxmem: 256 * 1024 * 1024 });
}

function readSealed(body: Uint8Array, file: string): s.ShapeOf<typeof SealedKey> {
  try {
    return decodeOrThrow(SealedKey, parseJson(body, file, { maxBytes: 65_536 }), file);
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause;
    throw fail('KEY_INVALID', `the encrypted key cannot be read: ${cause.message}`, { place: { file }, cause });
  }
}
