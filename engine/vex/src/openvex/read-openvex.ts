import { AppError, decode, decodeUtf8, digestOf, parseJson, type Violation } from '@stella-ops/engine-kernel';
import { UNKNOWN_TIME, type VexReading, type VexStatement } from '../types.ts';
import { vulnerabilityKey } from '../vulnerability-names.ts';
import { readProducts } from './read-products.ts';
import { documentShape, type RawStatement } from './shapes.ts';

/** A hostile document must not turn its remarks into a flood. */
const MAX_WARNINGS = 100;

/**
 * Reads an OpenVEX document (JSON, UTF-8), version 0.2.0 or 0.0.1.
 *
 * Where the specification says MUST and documents in the field do not, the document is still read and the lack told as
 * a warning, on the side of caution:
 * - `not_affected` without justification and impact statement, a statement without products or vulnerability: left out;
 * - a vulnerability without name: known by its aliases and `@id`;
 * - `affected` without action statement: kept;
 * - no time in statement and document: older than every other statement;
 * - no `@id`: the digest stands for it.
 *
 * An unknown status or justification, a malformed time or anything of another type makes the whole document a fault:
 * what it says can then not be known.
 *
 * Source: OpenVEX specification 0.2.0; go-vex `pkg/vex/statement.go`, `Validate`.
 *
 * @param file name for the places of faults
 */
export function readOpenVex(bytes: Uint8Array, file: string): VexReading {
  let value: unknown;
  try {
    value = parseJson(bytes, file, { maxDepth: 64 });
  } catch (error) {
    if (error instanceof AppError) return { ok: false, violations: [syntaxFault(error)] };
    throw error;
  }
  const decoded = decode(documentShape, value);
  if (!decoded.ok) return decoded;

  const { '@id': id, author, timestamp, statements: raw } = decoded.value;
  const warnings: Violation[] = [];
  const warn = (pointer: string, message: string) => {
    if (warnings.length < MAX_WARNINGS) warnings.push({ pointer, message });
  };
  if (id === undefined) warn('/@id', 'the document has no @id; its digest stands for it');
  if (author === undefined || author === '') warn('/author', 'the document names no author');
  if (raw.length === 0) warn('/statements', 'the document says nothing');
  const statements: VexStatement[] = [];
  for (const [index, one] of raw.entries()) {
    const read = readStatement(one, timestamp, (message) => warn(`/statements/${index}`, message));
    if (read !== undefined) statements.push(read);
  }
  const digest = digestOf(bytes);
  return {
    ok: true,
    warnings,
    document: {
      digest,
      raw: decodeUtf8(bytes, file),
      id: id ?? digest,
      ...(author === undefined || author === '' ? {} : { author }),
      timestamp: timestamp ?? UNKNOWN_TIME,
      statements,
    },
  };
}

function readStatement(
  raw: RawStatement,
  documentTime: string | undefined,
  warn: (message: string) => void,
): VexStatement | undefined {
  const products = readProducts(raw);
  if (products.length === 0) {
    warn('the statement names no product and is left out');
    return undefined;
  }
  const vulnerabilities = readNames(raw.vulnerability);
  if (vulnerabilities.length === 0) {
    warn('the statement names no vulnerability and is left out');
    return undefined;
  }
  const justification = raw.justification === '' ? undefined : raw.justification;
  if (raw.status === 'not_affected' && justification === undefined && (raw.impact_statement ?? '') === '') {
    warn('not_affected needs a justification or an impact statement; the statement is left out');
    return undefined;
  }
  if (raw.status === 'affected' && (raw.action_statement ?? '') === '') warn('affected needs an action statement');
  const timestamp = raw.timestamp ?? documentTime;
  if (timestamp === undefined) warn('neither the statement nor the document has a time: every other statement wins');
  const words = [raw.impact_statement, raw.action_statement, raw.status_notes];
  const statement = words.find((one) => one !== undefined && one !== '');
  return {
    vulnerabilities,
    products,
    status: raw.status,
    ...(justification === undefined ? {} : { justification }),
    ...(statement === undefined ? {} : { statement }),
    timestamp: timestamp ?? UNKNOWN_TIME,
  };
}

function readNames(raw: RawStatement['vulnerability']): string[] {
  if (typeof raw === 'string') return [vulnerabilityKey(raw)];
  const names = [raw.name, ...(raw.aliases ?? []), raw['@id']].filter((name) => name !== undefined);
  return [...new Set(names.map(vulnerabilityKey))];
}

function syntaxFault(error: AppError) {
  const { line, column } = error.place ?? {};
  return {
    pointer: '',
    message: error.message,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
}
