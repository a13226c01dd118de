import { decodeOrThrow, parseJson, shape as s } from '@stella-ops/engine-kernel';
import { attempt, type Read } from './attempt.ts';
import type { Bundle, BundleContent } from './bundle.ts';
import { EnvelopeShape, envelopeOf } from './dsse.ts';
import type { LogEntry } from './log-entry.ts';
import { anyBase64, int64, withoutNulls } from './proto-json.ts';

const MAX_BUNDLE_BYTES = 128 * 1024 * 1024;
const MAX_ENTRIES = 16;
/** A tree of 2^63 leaves has paths of 63 hashes. */
const MAX_PROOF_HASHES = 63;

const MEDIA_TYPES = [
  'application/vnd.dev.sigstore.bundle.v0.3+json',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
] as const;

const EntryShape = s.object(
  {
    logIndex: int64,
    logId: s.object({ keyId: anyBase64({ max: 64 }) }, 'open'),
    kindVersion: s.object({ kind: s.string({ max: 100 }), version: s.string({ max: 100 }) }, 'open'),
    integratedTime: s.optional(int64),
    inclusionProof: s.optional(
      s.object(
        {
          // The JSON mapping leaves zero out.
          logIndex: s.optional(int64),
          treeSize: int64,
          rootHash: anyBase64({ size: 32 }),
          hashes: s.optional(s.array(anyBase64({ size: 32 }), { max: MAX_PROOF_HASHES })),
          checkpoint: s.object({ envelope: s.string() }, 'open'),
        },
        'open',
      ),
    ),
    canonicalizedBody: anyBase64({ max: 1 << 24 }),
  },
  'open',
);

const BundleShape = s.object(
  {
    mediaType: s.literal(...MEDIA_TYPES),
    verificationMaterial: s.object(
      {
        publicKey: s.optional(s.object({ hint: s.optional(s.string({ max: 1000 })) }, 'open')),
        certificate: s.optional(s.anything),
        x509CertificateChain: s.optional(s.anything),
        tlogEntries: s.optional(s.array(EntryShape, { max: MAX_ENTRIES })),
      },
      'open',
    ),
    dsseEnvelope: s.optional(EnvelopeShape),
    messageSignature: s.optional(
      s.object(
        {
          messageDigest: s.object({ algorithm: s.literal('SHA2_256'), digest: anyBase64({ size: 32 }) }, 'open'),
          signature: anyBase64({ max: 16_384 }),
        },
        'open',
      ),
    ),
  },
  'open',
);

/**
 * Reads a Sigstore bundle v0.1 to v0.3, ours or others', not verifying it. What is not used (certificates, timestamps,
 * promises) is passed over; whoever must account for every byte compares with `bundleBytes`.
 */
export function readBundle(bytes: Uint8Array, file = 'bundle'): Read<Bundle> {
  const limits = { maxBytes: MAX_BUNDLE_BYTES, maxDepth: 32 };
  const read = attempt(() => decodeOrThrow(BundleShape, withoutNulls(parseJson(bytes, file, limits)), file));
  return read.ok ? bundleOf(read.value) : read;
}

function bundleOf(read: s.ShapeOf<typeof BundleShape>): Read<Bundle> {
  const { publicKey, certificate, x509CertificateChain, tlogEntries = [] } = read.verificationMaterial;
  const signers = [publicKey, certificate, x509CertificateChain].filter((one) => one !== undefined);
  if (signers.length !== 1) return { ok: false, detail: `expected one signer, found ${signers.length}` };
  const content = contentOf(read);
  if (!content.ok) return content;
  const keyHint = publicKey === undefined ? undefined : (publicKey.hint ?? '');
  const entries = tlogEntries.map(entryOf);
  return { ok: true, value: { mediaType: read.mediaType, keyHint, content: content.value, entries } };
}

function contentOf({ dsseEnvelope, messageSignature }: s.ShapeOf<typeof BundleShape>): Read<BundleContent> {
  if (dsseEnvelope !== undefined) {
    if (messageSignature !== undefined) return { ok: false, detail: 'an envelope and a message signature' };
    // DSSE allows more signatures, a Sigstore bundle does not: it has one key.
    const count = dsseEnvelope.signatures.length;
    if (count !== 1) return { ok: false, detail: `the envelope has ${count} signatures, a bundle has one` };
    return { ok: true, value: { kind: 'envelope', envelope: envelopeOf(dsseEnvelope) } };
  }
  if (messageSignature === undefined) return { ok: false, detail: 'neither an envelope nor a message signature' };
  const { messageDigest, signature } = messageSignature;
  return { ok: true, value: { kind: 'message', message: { digest: messageDigest.digest, signature } } };
}

function entryOf(read: s.ShapeOf<typeof EntryShape>): LogEntry {
  const { logIndex, logId, kindVersion, integratedTime = 0n, inclusionProof, canonicalizedBody } = read;
  const entry = { logIndex, logId: logId.keyId, ...kindVersion, integratedTime, body: canonicalizedBody };
  if (inclusionProof === undefined) return entry;
  const { logIndex: index = 0n, treeSize, rootHash, hashes = [], checkpoint } = inclusionProof;
  return { ...entry, proof: { logIndex: index, treeSize, rootHash, hashes, checkpoint: checkpoint.envelope } };
}
