import { createHash } from 'node:crypto';
import { canonicalBytes, type Json } from '@stella-ops/engine-kernel';
import { type Envelope, envelopeJson } from './dsse.ts';
import { type LogEntry, logEntryJson } from './log-entry.ts';
import type { Signer } from './signer.ts';

// Sigstore bundle v0.3 (protobuf-specs, sigstore_bundle.proto).

export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** A detached signature over an artefact. The digest is a hint until it is compared with the artefact. */
export interface MessageSignature {
  /** SHA-256 of the artefact. */
  readonly digest: Buffer;
  readonly signature: Buffer;
}

export type BundleContent =
  | { readonly kind: 'envelope'; readonly envelope: Envelope }
  | { readonly kind: 'message'; readonly message: MessageSignature };

export interface Bundle {
  readonly mediaType: string;
  /** Undefined when the signer is named by a certificate, which is not supported. */
  readonly keyHint: string | undefined;
  readonly content: BundleContent;
  readonly entries: readonly LogEntry[];
}

/** A detached signature: the key signs the artefact's bytes themselves. */
export function signMessage(artifact: Uint8Array, signer: Signer): MessageSignature {
  return { digest: createHash('sha256').update(artifact).digest(), signature: signer.sign(artifact) };
}

/**
 * RFC 8785 bytes of a bundle v0.3 that names its key by hint.
 *
 * @param entry what a log answered, when it was logged
 */
export function createBundle(input: {
  content: BundleContent;
  signer: Pick<Signer, 'keyHint'>;
  entry?: LogEntry;
}): Buffer {
  const entries = input.entry === undefined ? [] : [input.entry];
  return bundleBytes({ content: input.content, keyHint: input.signer.keyHint, entries });
}

/** The one form that a bundle of ours has; everything of the model is in it. */
export function bundleBytes({ content, keyHint, entries }: Omit<Bundle, 'mediaType'>): Buffer {
  return canonicalBytes({
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: {
      publicKey: keyHint === undefined ? undefined : { hint: keyHint },
      // Members without items are left out, as the JSON mapping of Protocol Buffers does.
      tlogEntries: entries.length === 0 ? undefined : entries.map(logEntryJson),
    },
    ...contentJson(content),
  });
}

function contentJson(content: BundleContent): Record<string, Json> {
  if (content.kind === 'envelope') return { dsseEnvelope: envelopeJson(content.envelope) };
  const { digest, signature } = content.message;
  return {
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: digest.toString('base64') },
      signature: signature.toString('base64'),
    },
  };
}
