import { AppError } from '@stella-ops/engine-kernel';
import { fail } from '../errors.ts';
import { forbiddenNetwork } from './registry-access.ts';

const ABSENT = new Set([
  'REGISTRY_NOT_FOUND',
  'REGISTRY_UNAUTHORIZED',
  'REGISTRY_DENIED',
  'REGISTRY_REFUSED',
  'OCI_TAG_NOT_FOUND',
  'OCI_PLATFORM_NOT_FOUND',
  'OCI_BLOB_MISSING',
]);
const AWAY = new Set(['REGISTRY_UNREACHABLE', 'REGISTRY_UNAVAILABLE', 'REGISTRY_BUSY']);

/**
 * What went wrong with a registry, in the words of this service's contract. Anything else stays what it is.
 *
 * @param registry as the reference names it. What its name resolves to is not repeated: it would tell a tenant about the
 *   network of the installation
 */
export function registryFault(error: unknown, registry: string): unknown {
  if (!(error instanceof AppError)) return error;
  const { code, message, hint, details } = error;
  if (code === 'REGISTRY_REDIRECT_REFUSED') {
    if (Object.hasOwn(details, 'network')) return forbiddenNetwork(registry);
    return fail('IMAGE_UNAVAILABLE', message, { hint, cause: error });
  }
  if (AWAY.has(code)) return fail('REGISTRY_UNAVAILABLE', `${registry}: ${message}`, { hint, cause: error });
  if (ABSENT.has(code)) return fail('IMAGE_UNAVAILABLE', message, { hint, cause: error });
  return error;
}

/** Why a scan failed, as it is kept and shown. */
export interface ScanFault {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Another attempt may well succeed. */
  readonly isPassing: boolean;
}

/** System errors that say something of this moment, not of the image. */
const PASSING_SYSTEM = new Set(['EMFILE', 'ENFILE', 'ENOSPC', 'EDQUOT', 'EAGAIN', 'EBUSY', 'EIO']);

/**
 * Any failure of an attempt as a fault for its requester. Of what is no error of ours, only that it happened is told: its
 * text may name files and hosts of the server.
 *
 * @param isStopped the attempt's time was over, or its process was told to end
 */
export function scanFault(error: unknown, isStopped: boolean): ScanFault {
  if (isStopped) return faultOf(fail('SCAN_TIMEOUT', 'the attempt was stopped before its end'), true);
  if (error instanceof AppError && error.status < 500) return faultOf(error, error.retryable);
  if (error instanceof AppError && (error.retryable || error.status === 502)) return faultOf(error, error.retryable);
  const unknown = fail('SCAN_FAULT', 'the scan ended with a fault of the server');
  return faultOf(unknown, error instanceof AppError ? error.status === 507 : PASSING_SYSTEM.has(systemCode(error)));
}

function faultOf({ code, message, hint }: AppError, isPassing: boolean): ScanFault {
  return { code, message: plain(message, 1000), hint: plain(hint, 500), isPassing };
}

/** Text of a foreign system ends in rows and on terminals. */
function plain(text: string, max: number): string {
  return text
    .replace(/[\x00-\x1f\x7f-\x9f]+/g, ' ')
    .toWellFormed()
    .slice(0, max)
    .toWellFormed();
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
