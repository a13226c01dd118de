import { parseTimestamp, type Timestamp } from '@stella-ops/engine-kernel';
import { formatPurl, parsePurl } from '@stella-ops/engine-versions';
import { fail } from '../errors.ts';

/** As `stella.exceptions/v1` takes it: what does not fit there could never count. */
const VULNERABILITY = /^[A-Za-z0-9][A-Za-z0-9.:_-]{0,127}$/;

interface Asked {
  readonly vulnerability: string;
  readonly package?: string | undefined;
  readonly expiresAt: string;
}

export interface CheckedRequest {
  /** Normalised purl. */
  readonly package: string | null;
  readonly expiresAt: Timestamp;
}

/**
 * Checks what a schema cannot: names that decisions can read, and an end within a year.
 *
 * @throws AppError `EXCEPTION_INVALID` with a violation for each member that is wrong
 */
export function checkExceptionRequest(asked: Asked, now: Timestamp): CheckedRequest {
  const violations: { readonly pointer: string; readonly message: string }[] = [];
  if (!VULNERABILITY.test(asked.vulnerability)) {
    violations.push({ pointer: '/vulnerability', message: 'must be a vulnerability id such as CVE-2026-1234' });
  }
  const purl = asked.package === undefined ? undefined : parsePurl(asked.package);
  if (purl?.ok === false) violations.push({ pointer: '/package', message: purl.message });
  const end = endFault(asked.expiresAt, now);
  if (end !== undefined) violations.push({ pointer: '/expiresAt', message: end });
  const [first] = violations;
  if (first !== undefined) {
    throw fail('EXCEPTION_INVALID', `${first.pointer.slice(1)}: ${first.message}`, {
      place: { pointer: first.pointer },
      details: { violations },
    });
  }
  return { package: purl?.ok === true ? formatPurl(purl.purl) : null, expiresAt: asked.expiresAt };
}

function endFault(expiresAt: string, now: Timestamp): string | undefined {
  try {
    // The schema's pattern lets 30 February through.
    parseTimestamp(expiresAt);
  } catch {
    return 'must be a day that exists';
  }
  if (expiresAt <= now) return 'must be in the future';
  const latest = new Date(now);
  latest.setUTCFullYear(latest.getUTCFullYear() + 1);
  return expiresAt > latest.toISOString() ? 'must be at most a year ahead' : undefined;
}
