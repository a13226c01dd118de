import { createHash } from 'node:crypto';

/**
 * The id of a job follows from what it is, so that enqueuing it twice finds the first: a version 8 UUID (RFC 9562, 5.8)
 * of the SHA-256 of queue, tenant and key.
 */
export function jobId(name: string, tenantId: string, key: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([name, tenantId, key]))
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
