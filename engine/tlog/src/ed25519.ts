import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';

// RFC 8410 DER around the 32 raw bytes; Node takes raw Ed25519 keys in no other form.
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** Raw length of an Ed25519 seed and of an Ed25519 public key. */
export const ED25519_KEY_SIZE = 32;

/** SPKI DER of a raw Ed25519 public key. */
export function spkiOfRaw(raw: Uint8Array): Buffer {
  return Buffer.concat([SPKI_HEAD, raw]);
}

/** Raw public key of an Ed25519 SPKI DER; undefined when it is something else. */
export function rawOfSpki(spki: Uint8Array): Buffer | undefined {
  const der = Buffer.from(spki);
  const isEd25519 =
    der.length === SPKI_HEAD.length + ED25519_KEY_SIZE && der.subarray(0, SPKI_HEAD.length).equals(SPKI_HEAD);
  return isEd25519 ? der.subarray(SPKI_HEAD.length) : undefined;
}

/** An Ed25519 key pair from its 32-byte seed (RFC 8032 section 5.1.5). */
export class Ed25519Key {
  readonly publicRaw: Buffer;
  readonly #privateKey;

  constructor(seed: Uint8Array) {
    this.#privateKey = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(this.#privateKey).export({ format: 'der', type: 'spki' });
    this.publicRaw = spki.subarray(SPKI_HEAD.length);
  }

  /** Pure Ed25519, 64 bytes. */
  sign(message: Uint8Array): Buffer {
    return sign(null, message, this.#privateKey);
  }
}

/** Pure Ed25519 over a raw public key of 32 bytes. */
export function ed25519Verifier(publicRaw: Uint8Array): (message: Uint8Array, signature: Uint8Array) => boolean {
  const key = createPublicKey({ key: spkiOfRaw(publicRaw), format: 'der', type: 'spki' });
  return (message, signature) => verify(null, message, key, signature);
}
