import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { writeCosignKey } from './cosign-key.ts';
import { hintOf, publicKeyPem, readPublicKey, verifySignature } from './public-key.ts';
import { generateKey, signerFromPem } from './signer.ts';

const message = Buffer.from('message');
const code = (code: string): unknown => expect.objectContaining({ code });

test.each(['p256', 'ed25519'] as const)('a %s key signs, and verifies from PEM and from DER', (type) => {
  const signer = generateKey(type);
  const signature = signer.sign(message);
  const fromPem = readPublicKey(publicKeyPem(signer.publicKey));
  expect(readPublicKey(signer.publicKey)).toEqual(fromPem);
  expect(fromPem).toEqual({
    hint: signer.keyHint,
    keyDetails: type === 'p256' ? 'PKIX_ECDSA_P256_SHA_256' : 'PKIX_ED25519',
    publicKey: signer.publicKey,
  });
  expect(signer.keyHint).toBe(hintOf(signer.publicKey));
  expect(verifySignature(signer.publicKey, message, signature)).toBe(true);
  expect(verifySignature(signer.publicKey, Buffer.from('massage'), signature)).toBe(false);
  expect(verifySignature(generateKey(type).publicKey, message, signature)).toBe(false);
  expect(verifySignature(signer.publicKey, message, Buffer.alloc(0))).toBe(false);
});

test.each(['p256', 'ed25519'] as const)('a %s private key reads back from PKCS#8', (type) => {
  const signer = generateKey(type);
  const again = signerFromPem(signer.exportPem());
  expect(again.keyHint).toBe(signer.keyHint);
  expect(verifySignature(signer.publicKey, message, again.sign(message))).toBe(true);
});

test('an EC PRIVATE KEY is read, also behind its EC PARAMETERS', () => {
  const signer = generateKey('p256');
  const sec1 = createPrivateKey(signer.exportPem()).export({ format: 'pem', type: 'sec1' }) as string;
  const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
  expect(sec1).toContain('BEGIN EC PRIVATE KEY');
  expect(signerFromPem(sec1).keyHint).toBe(signer.keyHint);
  expect(signerFromPem(parameters + sec1).keyHint).toBe(signer.keyHint);
});

test('an encrypted PKCS#8 key opens with its password only', () => {
  const signer = generateKey('p256');
  const pem = createPrivateKey(signer.exportPem()).export({
    format: 'pem',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: 'right',
  }) as string;
  expect(signerFromPem(pem, 'right').keyHint).toBe(signer.keyHint);
  expect(() => signerFromPem(pem, 'wrong')).toThrow(code('KEY_PASSWORD'));
  expect(() => signerFromPem(pem)).toThrow(code('KEY_PASSWORD'));
});

test('a cosign key opens with its password only', () => {
  const signer = generateKey('p256');
  const pem = writeCosignKey(signer, 'pässword', randomBytes);
  expect(pem.startsWith('-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\n')).toBe(true);
  expect(signerFromPem(pem, 'pässword').keyHint).toBe(signer.keyHint);
  expect(() => signerFromPem(pem, 'password')).toThrow(code('KEY_PASSWORD'));
  expect(() => signerFromPem(pem)).toThrow(code('KEY_PASSWORD'));
  expect(signerFromPem(pem.replaceAll('SIGSTORE', 'COSIGN'), 'pässword').keyHint).toBe(signer.keyHint);
});

test('a file cannot make the password derivation cost more than cosign allows', () => {
  const body = {
    kdf: { name: 'scrypt', params: { N: 1_048_576, r: 8, p: 1 }, salt: Buffer.alloc(32).toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: Buffer.alloc(24).toString('base64') },
    ciphertext: Buffer.alloc(64).toString('base64'),
  };
  const base64 = Buffer.from(JSON.stringify(body)).toString('base64');
  const label = 'ENCRYPTED SIGSTORE PRIVATE KEY';
  expect(() => signerFromPem(`-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`, '')).toThrow(
    code('KEY_INVALID'),
  );
});

test('keys of other types are told from what is no key', () => {
  const p384 = generateKeyPairSync('ec', { namedCurve: 'secp384r1' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 });
  for (const { privateKey, publicKey } of [p384, rsa]) {
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }) as string;
    expect(() => signerFromPem(pem)).toThrow(code('KEY_UNSUPPORTED'));
    expect(() => readPublicKey(publicKey.export({ format: 'der', type: 'spki' }))).toThrow(code('KEY_UNSUPPORTED'));
  }
  const pem = generateKey('p256').exportPem();
  for (const text of ['', 'text', pem.slice(0, -10), pem.replace(/.{10}\n-----END/, '\n-----END')]) {
    expect(() => signerFromPem(text)).toThrow(code('KEY_INVALID'));
    expect(() => readPublicKey(text)).toThrow(code('KEY_INVALID'));
  }
  expect(() => readPublicKey(Buffer.from([0x30, 0x03, 1, 2, 3]))).toThrow(code('KEY_INVALID'));
  expect(() => readPublicKey(pem)).toThrow(code('KEY_INVALID'));
});

test('an error names the file', () => {
  expect(() => signerFromPem('', undefined, 'release.key')).toThrow(
    expect.objectContaining({ place: { file: 'release.key' } }),
  );
});
