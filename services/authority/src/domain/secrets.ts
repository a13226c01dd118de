import { createHash, timingSafeEqual } from 'node:crypto';
import type { Randomness } from '@stella-ops/platform/runtime';

const SECRET_BYTES = 32;

/** 256 random bits as base64url, 43 characters. */
export function newSecret(randomness: Randomness): string {
  return randomness.bytes(SECRET_BYTES).toString('base64url');
}

/** SHA-256 in hex: what is kept of a secret of 256 bits. */
export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** Compares in a time that says nothing of where the texts differ. */
export function isSecretOf(hash: string, secret: string): boolean {
  const [given, kept] = [Buffer.from(hashOfSecret(secret)), Buffer.from(hash)];
  return given.length === kept.length && timingSafeEqual(given, kept);
}

export const API_TOKEN_PREFIX = 'stella_';

const API_TOKEN = /^stella_([0-9a-f]{32})_([A-Za-z0-9_-]{43})$/;

/** `stella_<id without hyphens>_<secret>`: scanners of leaked secrets know it by its prefix, we by its id. */
export function apiTokenText(id: string, secret: string): string {
  return `${API_TOKEN_PREFIX}${id.replaceAll('-', '')}_${secret}`;
}

export function parseApiToken(text: string): { readonly id: string; readonly secret: string } | undefined {
  const [, hex, secret] = API_TOKEN.exec(text) ?? [];
  if (hex === undefined || secret === undefined) return undefined;
  const id = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  return { id, secret };
}
