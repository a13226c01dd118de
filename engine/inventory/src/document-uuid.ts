import { type Digest, hexOf } from '@stella-ops/engine-kernel';

/**
 * UUID of an exported document: version 8 (RFC 9562 section 5.8) over the first 122 free bits of the inventory's
 * digest. The same inventory has the same identity in every export.
 */
export function documentUuid(digest: Digest): string {
  const bytes = Buffer.from(hexOf(digest).slice(0, 32), 'hex');
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
