import { canonicalBytes, decodeOrThrow, type Json, parseJson, shape as s } from '@stella-ops/engine-kernel';
import { attempt, type Read } from './attempt.ts';
import { anyBase64 } from './proto-json.ts';
import { type PublicKey, verifySignature } from './public-key.ts';
import type { Signer } from './signer.ts';

// DSSE 1.0.2, https://github.com/secure-systems-lab/dsse.

/** A signed payload. `keyid` is a hint that nobody signed; trust never follows from it. Empty means absent. */
export interface Envelope {
  readonly payloadType: string;
  readonly payload: Buffer;
  readonly signatures: readonly { readonly keyid: string; readonly sig: Buffer }[];
}

export type EnvelopeVerdict =
  /** `hints` are the keys that signed, each once, in the order given. */
  { readonly ok: true; readonly hints: readonly string[] } | { readonly ok: false; readonly detail: string };

const MAX_SIGNATURES = 32;

/** Shape of an envelope in JSON. Unknown members are passed over, as DSSE asks. */
export const EnvelopeShape = s.object(
  {
    payloadType: s.string({ max: 1000 }),
    payload: anyBase64(),
    signatures: s.array(
      s.object({ keyid: s.optional(s.string({ max: 1000 })), sig: anyBase64({ max: 16_384 }) }, 'open'),
      { min: 1, max: MAX_SIGNATURES },
    ),
  },
  'open',
);

/**
 * Pre-authentication encoding: the bytes that are signed. Lengths are counts of bytes.
 *
 * @param payloadType as it stands in the envelope
 */
export function pae(payloadType: string, payload: Uint8Array): Buffer {
  const head = `DSSEv1 ${Buffer.byteLength(payloadType)} ${payloadType} ${payload.length} `;
  return Buffer.concat([Buffer.from(head, 'utf8'), payload]);
}

/**
 * An envelope with one signature. It names no key: cosign compares a `keyid` with a form of its own and refuses others,
 * and who signed stands in the bundle.
 */
export function signEnvelope(input: { payloadType: string; payload: Uint8Array; signer: Signer }): Envelope {
  const { payloadType, signer } = input;
  const payload = Buffer.from(input.payload);
  return { payloadType, payload, signatures: [{ keyid: '', sig: signer.sign(pae(payloadType, payload)) }] };
}

/** RFC 8785 bytes of an envelope. */
export function envelopeBytes(envelope: Envelope): Buffer {
  return canonicalBytes(envelopeJson(envelope));
}

export function envelopeJson({ payloadType, payload, signatures }: Envelope): Json {
  return {
    payloadType,
    payload: payload.toString('base64'),
    signatures: signatures.map(({ keyid, sig }) => ({
      keyid: keyid === '' ? undefined : keyid,
      sig: sig.toString('base64'),
    })),
  };
}

/** Reads an envelope in JSON, not verifying it. */
export function readEnvelope(bytes: Uint8Array, file = 'envelope'): Read<Envelope> {
  return attempt(() => envelopeOf(decodeOrThrow(EnvelopeShape, parseJson(bytes, file), file)));
}

export function envelopeOf(read: s.ShapeOf<typeof EnvelopeShape>): Envelope {
  return { ...read, signatures: read.signatures.map(({ keyid = '', sig }) => ({ keyid, sig })) };
}

/**
 * Verifies an envelope. Counts keys and not signatures: two signatures of one key are one.
 *
 * @param keys those that are trusted
 * @param threshold how many of them must have signed
 */
export function verifyEnvelope(envelope: Envelope, keys: readonly PublicKey[], threshold = 1): EnvelopeVerdict {
  const message = pae(envelope.payloadType, envelope.payload);
  const signed = keys.filter(({ publicKey }) =>
    envelope.signatures.some(({ sig }) => verifySignature(publicKey, message, sig)),
  );
  const hints = [...new Set(signed.map(({ hint }) => hint))];
  if (hints.length >= Math.max(threshold, 1)) return { ok: true, hints };
  return { ok: false, detail: `signed by ${hints.length} of the trusted keys, needed are ${threshold}` };
}
