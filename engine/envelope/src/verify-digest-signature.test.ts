import { createECDH, createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { verifySignature } from './public-key.ts';
import { generateKey } from './signer.ts';
import { verifyDigestSignature } from './verify-digest-signature.ts';

const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** DER of a signature, of whatever numbers. */
function der(r: bigint, s: bigint): Buffer {
  const integer = (value: bigint): Buffer => {
    const hex = value.toString(16);
    const even = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
    const bytes = (even[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), even]) : even;
    return Buffer.concat([Buffer.of(2, bytes.length), bytes]);
  };
  const content = Buffer.concat([integer(r), integer(s)]);
  return Buffer.concat([Buffer.of(0x30, content.length), content]);
}

function numbers(signature: Buffer): { r: bigint; s: bigint } {
  const length = signature[3] ?? 0;
  const hex = (bytes: Buffer): bigint => BigInt(`0x${bytes.toString('hex')}`);
  return { r: hex(signature.subarray(4, 4 + length)), s: hex(signature.subarray(6 + length)) };
}

describe('an ECDSA signature over a digest', () => {
  test('verifies where the whole message does, and with one bit changed nowhere', () => {
    for (let round = 0; round < 100; round++) {
      const key = generateKey('p256');
      const message = randomBytes(round);
      const signature = key.sign(message);
      expect(verifyDigestSignature(key.publicKey, sha256(message), signature)).toBe(true);
      const other = sha256(message);
      other[round % 32] = (other[round % 32] ?? 0) ^ 1;
      expect(verifyDigestSignature(key.publicKey, other, signature)).toBe(false);
      expect(verifyDigestSignature(generateKey('p256').publicKey, sha256(message), signature)).toBe(false);
      const flipped = Buffer.from(signature);
      flipped[8] = (flipped[8] ?? 0) ^ 1;
      expect(verifyDigestSignature(key.publicKey, sha256(message), flipped)).toBe(false);
    }
  });

  test('answers as OpenSSL does on mirrored, zero, too large and badly encoded numbers', () => {
    const key = generateKey('p256');
    const message = Buffer.from('message');
    const signature = key.sign(message);
    const { r, s } = numbers(signature);
    const cases: Record<string, Buffer> = {
      mirrored: der(r, N - s),
      'r and s exchanged': der(s, r),
      'zero r': der(0n, s),
      'zero s': der(r, 0n),
      'r over the order': der(r + N, s),
      's over the order': der(r, s + N),
      'r is the order': der(N, s),
      empty: Buffer.alloc(0),
      'byte behind': Buffer.concat([signature, Buffer.of(0)]),
      torn: signature.subarray(0, -1),
      'only one number': Buffer.of(0x30, 3, 2, 1, 1),
      'padded with a zero': Buffer.concat([
        Buffer.of(0x30, (signature[1] ?? 0) + 1, 2, (signature[3] ?? 0) + 1, 0),
        signature.subarray(4),
      ]),
    };
    for (const [name, bytes] of Object.entries(cases)) {
      const expected = verifySignature(key.publicKey, message, bytes);
      expect(verifyDigestSignature(key.publicKey, sha256(message), bytes), name).toBe(expected);
    }
    expect(verifyDigestSignature(key.publicKey, sha256(message), cases['mirrored'] ?? Buffer.alloc(0))).toBe(true);
  });

  test('a digest of zero, and a sum of a point with itself or its mirror image, are no exceptions', () => {
    const ecdh = createECDH('prime256v1');
    const d = 5n;
    ecdh.setPrivateKey(Buffer.from(d.toString(16).padStart(64, '0'), 'hex'));
    const pkcs8 = Buffer.concat([
      Buffer.from('308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420', 'hex'),
      Buffer.from(d.toString(16).padStart(64, '0'), 'hex'),
      Buffer.from('a144034200', 'hex'),
      ecdh.getPublicKey(),
    ]);
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
    const { r } = numbers(sign('sha256', Buffer.from('any'), { key, dsaEncoding: 'der' }));
    const digestOfNumber = (e: bigint): Buffer =>
      Buffer.from((((e % N) + N) % N).toString(16).padStart(64, '0'), 'hex');
    // k·s = e + r·d. With G for R: k = 1 and r = x(G), so s = e + r·d for whatever e.
    ecdh.setPrivateKey(Buffer.from('1'.padStart(64, '0'), 'hex'));
    const x = BigInt(`0x${ecdh.getPublicKey().subarray(1, 33).toString('hex')}`) % N;
    const signed = (e: bigint): Buffer => der(x, (((e + x * d) % N) + N) % N);
    for (const e of [0n, x * d, 1n, N - 1n]) {
      expect(verifyDigestSignature(spki, digestOfNumber(e), signed(e))).toBe(true);
      expect(verifyDigestSignature(spki, digestOfNumber(e + 1n), signed(e))).toBe(false);
    }
    // e = -r·d: the sum is the point at infinity, and no signature.
    expect(verifyDigestSignature(spki, digestOfNumber(-r * d), der(r, 7n))).toBe(false);
  });

  test('an Ed25519 signature is over the message and never over a digest', () => {
    const key = generateKey('ed25519');
    const message = Buffer.from('message');
    expect(verifyDigestSignature(key.publicKey, sha256(message), key.sign(message))).toBe(false);
    expect(verifyDigestSignature(key.publicKey, sha256(message), key.sign(sha256(message)))).toBe(false);
  });
});
