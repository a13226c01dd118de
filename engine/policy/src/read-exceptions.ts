import { readYaml, sortDiagnostics } from '@stella-ops/engine-compose/yaml';
import {
  canonicalBytes,
  decode,
  decodeOrThrow,
  parseCanonicalJson,
  parseTimestamp,
  shape,
  sortedBy,
  type Timestamp,
} from '@stella-ops/engine-kernel';
import { formatPurl, parsePurl } from '@stella-ops/engine-versions';
import { type Diagnostic, DOCUMENT, throwDiagnostics } from './diagnostics.ts';
import { shapeFault } from './shape-fault.ts';
import type { Exception, ExceptionSet } from './types.ts';

export type ExceptionsResult =
  | { readonly ok: true; readonly exceptions: ExceptionSet }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

const MAX_EXCEPTIONS = 20_000;

const { array, digest, literal, object, optional, string } = shape;

const exceptionSetShape = object({
  format: literal('stella.exceptions/v1'),
  exceptions: array(
    object({
      id: string({ pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, what: 'an id such as EX-2026-001' }),
      vulnerability: string({ pattern: /^[A-Za-z0-9][A-Za-z0-9.:_-]{0,127}$/, what: 'a vulnerability id' }),
      package: optional(string({ min: 1, max: 2000 })),
      subject: optional(digest),
      reason: string({ min: 1, max: 2000 }),
      approvedBy: string({ min: 1, max: 200 }),
      createdAt: string({ max: 40 }),
      expiresAt: string({ max: 40 }),
    }),
    { max: MAX_EXCEPTIONS },
  ),
});

/** The set without any exception. */
export const NO_EXCEPTIONS: ExceptionSet = { format: 'stella.exceptions/v1', exceptions: [] };

/**
 * Reads exceptions, `stella.exceptions/v1`. Strict: every exception has an end after its beginning, an id of its own
 * and, where it names a package, one that can be read. Times and purls come out normalised, the list sorted by id.
 *
 * @param bytes YAML or JSON, UTF-8, at most 4 MiB
 * @param file name used in diagnostics
 */
export function readExceptions(bytes: Uint8Array, file: string): ExceptionsResult {
  const yaml = readYaml(bytes, file, DOCUMENT);
  if (!yaml.ok) return yaml;
  const { source } = yaml;
  const decoded = decode(exceptionSetShape, source.value);
  if (!decoded.ok) {
    return { ok: false, diagnostics: sortDiagnostics(decoded.violations.map((v) => shapeFault(source, v))) };
  }
  const faults: Diagnostic[] = [];
  const ids = new Set<string>();
  const exceptions = decoded.value.exceptions.map((one, index): Exception => {
    const pointer = `/exceptions/${index}`;
    const time = (member: 'createdAt' | 'expiresAt'): Timestamp | undefined => {
      try {
        return parseTimestamp(one[member]);
      } catch {
        faults.push(source.fault('TIME_INVALID', `${pointer}/${member}`, `"${one[member]}" is not a time`));
        return undefined;
      }
    };
    const createdAt = time('createdAt');
    const expiresAt = time('expiresAt');
    if (createdAt !== undefined && expiresAt !== undefined && expiresAt <= createdAt) {
      faults.push(
        source.fault('TIME_ORDER', `${pointer}/expiresAt`, `"${one.id}" ends at ${expiresAt}, before it begins`),
      );
    }
    if (ids.has(one.id)) {
      faults.push(source.fault('EXCEPTION_DUPLICATE', `${pointer}/id`, `exception "${one.id}" stands twice`));
    }
    ids.add(one.id);
    const purl = one.package === undefined ? undefined : parsePurl(one.package);
    if (purl?.ok === false) faults.push(source.fault('PURL_INVALID', `${pointer}/package`, purl.message));
    return {
      ...one,
      ...(purl?.ok === true ? { package: formatPurl(purl.purl) } : {}),
      createdAt: createdAt ?? one.createdAt,
      expiresAt: expiresAt ?? one.expiresAt,
    };
  });
  if (faults.length > 0) return { ok: false, diagnostics: sortDiagnostics(faults) };
  return { ok: true, exceptions: normalised(exceptions) };
}

/** {@link readExceptions} for callers that cannot go on without them. @throws AppError `EXCEPTIONS_INVALID` */
export function exceptionsOrThrow(bytes: Uint8Array, file: string): ExceptionSet {
  const result = readExceptions(bytes, file);
  return result.ok ? result.exceptions : throwDiagnostics('EXCEPTIONS_INVALID', result.diagnostics);
}

/** The one form that is stored and hashed: RFC 8785, sorted by id. */
export function canonicalExceptions(set: ExceptionSet): Buffer {
  return canonicalBytes(normalised(set.exceptions));
}

/**
 * Reads what {@link canonicalExceptions} wrote.
 *
 * @throws AppError `JSON_NOT_CANONICAL`, `SHAPE_INVALID` and what the JSON reader throws
 */
export function parseCanonicalExceptions(bytes: Uint8Array, file: string): ExceptionSet {
  return decodeOrThrow(exceptionSetShape, parseCanonicalJson(bytes, file), file);
}

function normalised(exceptions: readonly Exception[]): ExceptionSet {
  return { format: 'stella.exceptions/v1', exceptions: sortedBy(exceptions, (one) => one.id) };
}
