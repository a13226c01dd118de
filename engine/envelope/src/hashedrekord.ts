import { createHash } from 'node:crypto';
import { canonicalBytes, decodeOrThrow, parseJson, shape as s } from '@stella-ops/engine-kernel';
import { attempt, type Read } from './attempt.ts';
import { anyBase64 } from './proto-json.ts';
import { type PublicKey, readPublicKey } from './public-key.ts';
import type { Signer } from './signer.ts';

// The log entry kind `hashedrekord`. Version 0.0.2 is what Rekor v2 logs for every signature, envelopes included: the
// digest is then that of the PAE. Version 0.0.1 of Rekor v1 is read only.

/** What a log entry binds: that this key made this signature over data of this digest. */
export interface HashedRekord {
  /** SHA-256 of what was signed. */
  readonly digest: Buffer;
  readonly signature: Buffer;
  /** Undefined when the verifier of the entry is a certificate. */
  readonly key: PublicKey | undefined;
}

/**
 * Canonical bytes of a `hashedrekord 0.0.2` entry.
 *
 * @param message what was signed: the PAE of an envelope, or an artefact
 */
export function hashedRekordBytes(
  message: Uint8Array,
  signature: Uint8Array,
  key: Pick<Signer, 'keyDetails' | 'publicKey'>,
): Buffer {
  return hashedRekordOfDigest(createHash('sha256').update(message).digest(), signature, key);
}

/**
 * The same where the message is not at hand.
 *
 * @param digest SHA-256 of what was signed, 32 bytes
 */
export function hashedRekordOfDigest(
  digest: Uint8Array,
  signature: Uint8Array,
  { keyDetails, publicKey }: Pick<Signer, 'keyDetails' | 'publicKey'>,
): Buffer {
  return canonicalBytes({
    apiVersion: '0.0.2',
    kind: 'hashedrekord',
    spec: {
      hashedRekordV002: {
        data: { algorithm: 'SHA2_256', digest: Buffer.from(digest).toString('base64') },
        signature: {
          content: Buffer.from(signature).toString('base64'),
          verifier: { keyDetails, publicKey: { rawBytes: publicKey.toString('base64') } },
        },
      },
    },
  });
}

const Version2 = s.object(
  {
    kind: s.literal('hashedrekord'),
    apiVersion: s.literal('0.0.2'),
    spec: s.object(
      {
        hashedRekordV002: s.object(
          {
            data: s.object({ algorithm: s.literal('SHA2_256'), digest: anyBase64({ size: 32 }) }, 'open'),
            signature: s.object(
              {
                content: anyBase64({ max: 16_384 }),
                verifier: s.object(
                  { publicKey: s.optional(s.object({ rawBytes: anyBase64({ max: 16_384 }) }, 'open')) },
                  'open',
                ),
              },
              'open',
            ),
          },
          'open',
        ),
      },
      'open',
    ),
  },
  'open',
);

const Version1 = s.object(
  {
    kind: s.literal('hashedrekord'),
    apiVersion: s.literal('0.0.1'),
    spec: s.object(
      {
        data: s.object(
          {
            hash: s.object(
              { algorithm: s.literal('sha256'), value: s.string({ pattern: /^[0-9a-f]{64}$/, what: 'a hash in hex' }) },
              'open',
            ),
          },
          'open',
        ),
        signature: s.object(
          {
            content: anyBase64({ max: 16_384 }),
            // PEM of a public key or of a certificate.
            publicKey: s.object({ content: anyBase64({ max: 65_536 }) }, 'open'),
          },
          'open',
        ),
      },
      'open',
    ),
  },
  'open',
);

/** Reads the body of an entry whose kind is `hashedrekord`. */
export function readHashedRekord(body: Uint8Array, version: '0.0.1' | '0.0.2'): Read<HashedRekord> {
  return attempt(() => {
    const value = parseJson(body, 'log entry', { maxBytes: 1 << 20 });
    return version === '0.0.2' ? readVersion2(value) : readVersion1(value);
  });
}

function readVersion2(value: unknown): HashedRekord {
  const { data, signature } = decodeOrThrow(Version2, value, 'log entry').spec.hashedRekordV002;
  const raw = signature.verifier.publicKey?.rawBytes;
  const key = raw === undefined ? undefined : readPublicKey(raw, 'log entry');
  return { digest: data.digest, signature: signature.content, key };
}

function readVersion1(value: unknown): HashedRekord {
  const { data, signature } = decodeOrThrow(Version1, value, 'log entry').spec;
  const pem = signature.publicKey.content.toString('latin1');
  const key = pem.includes('BEGIN CERTIFICATE') ? undefined : readPublicKey(pem, 'log entry');
  return { digest: Buffer.from(data.hash.value, 'hex'), signature: signature.content, key };
}
