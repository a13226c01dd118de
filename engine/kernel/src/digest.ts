import { createHash, type Hash } from 'node:crypto';
import { canonicalBytes } from './canonical-json.ts';
import { fail } from './kernel-errors.ts';

/** `sha256:` and 64 lower-case hex digits (OCI image specification, descriptor digests). */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

export function isDigest(text: unknown): text is Digest {
  return typeof text === 'string' && DIGEST.test(text);
}

/** @throws AppError `DIGEST_INVALID` */
export function parseDigest(text: string): Digest {
  if (isDigest(text)) return text;
  throw fail('DIGEST_INVALID', `"${text.slice(0, 100)}" is not a sha256 digest`);
}

/** Digest of bytes; a string is hashed as UTF-8. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Digest of the RFC 8785 form of a value. */
export function digestOfJson(value: unknown): Digest {
  return digestOf(canonicalBytes(value));
}

/** The 64 hex digits of a digest. */
export function hexOf(digest: Digest): string {
  return digest.slice('sha256:'.length);
}

/** A digest from a running hash. The hash cannot be used afterwards. */
export function digestFrom(hash: Hash): Digest {
  return `sha256:${hash.digest('hex')}`;
}

export function newHash(): Hash {
  return createHash('sha256');
}
