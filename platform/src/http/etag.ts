import { fail } from '@stella-ops/contracts';
import { digestOfJson, hexOf } from '@stella-ops/engine-kernel';

/** Strong ETag (RFC 9110, section 8.8.3) of a row's version number. */
export function etagOfVersion(version: number | bigint): string {
  return `"v${version}"`;
}

/** Strong ETag of a JSON value: for resources without a version. */
export function etagOf(value: unknown): string {
  return `"${hexOf(digestOfJson(value)).slice(0, 32)}"`;
}

/**
 * Lets a change through only when the caller has seen the present state (RFC 9110, section 13.1.1, strong comparison).
 *
 * @throws AppError `PRECONDITION_REQUIRED` without the header, `PRECONDITION_FAILED` when the state is another
 */
export function requireMatch(ifMatch: string | undefined, current: string): void {
  if (ifMatch === undefined) throw fail('PRECONDITION_REQUIRED', 'this change needs the If-Match header');
  if (ifMatch.trim() === '*' || entityTags(ifMatch).includes(current)) return;
  throw fail('PRECONDITION_FAILED', 'the resource was changed after it was read', { details: { etag: current } });
}

/** Whether the caller already has this state (RFC 9110, section 13.1.2, weak comparison). */
export function isFresh(ifNoneMatch: string | undefined, current: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return entityTags(ifNoneMatch).some((tag) => tag.replace(/^W\//, '') === current.replace(/^W\//, ''));
}

/** Our own tags hold no commas; a foreign one that does cannot equal one of ours. */
function entityTags(header: string): string[] {
  return header.split(',').map((tag) => tag.trim());
}
