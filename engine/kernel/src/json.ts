import { canonicalBytes } from './canonical-json.ts';
import type { Place } from './errors.ts';
import { findJsonFault } from './json-fault.ts';
import { fail } from './kernel-errors.ts';

export interface ParseLimits {
  /** Default 256 MiB. */
  readonly maxBytes?: number;
  /** Default 512. */
  readonly maxDepth?: number;
  /** Objects, lists and members together. Default 16,000,000: an empty list is two bytes of text and fifty of memory. */
  readonly maxValues?: number;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });

/**
 * Parses foreign JSON (UTF-8, an optional byte order mark is dropped). A syntax fault names line and column.
 * Objects come from `JSON.parse`, so a `__proto__` member is an own property and reaches no prototype; look members up
 * with `Object.hasOwn` or a shape.
 *
 * @param file name used in the error's place
 * @throws AppError `JSON_INVALID`, `JSON_TOO_LARGE`, `JSON_TOO_DEEP`
 */
export function parseJson(source: Uint8Array | string, file: string, limits: ParseLimits = {}): unknown {
  const maxBytes = limits.maxBytes ?? 256 * 1024 * 1024;
  if (source.length > maxBytes) {
    throw fail('JSON_TOO_LARGE', `document of ${source.length} bytes is over the limit of ${maxBytes}`, {
      place: { file },
    });
  }
  let text: string;
  try {
    text = typeof source === 'string' ? source : UTF8.decode(source);
  } catch (cause) {
    throw fail('JSON_INVALID', 'the document is not UTF-8', { place: { file }, cause });
  }
  assertBounded(text, limits.maxDepth ?? 512, limits.maxValues ?? 16_000_000, file);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const fault = findJsonFault(text);
    const found = fault.offset < text.length ? JSON.stringify(text[fault.offset]) : 'the end of the document';
    throw fail('JSON_INVALID', `not JSON: expected ${fault.expected}, found ${found}`, {
      place: lineAndColumn(text, fault.offset, file),
      cause,
    });
  }
}

/**
 * Parses a document of our own: its bytes must equal its RFC 8785 form, which also rules out duplicate members,
 * white space, lone surrogates and numbers beyond what a double holds.
 *
 * @throws AppError `JSON_NOT_CANONICAL` with the offset of the first byte that differs, or what {@link parseJson} throws
 */
export function parseCanonicalJson(bytes: Uint8Array, file: string, limits: ParseLimits = {}): unknown {
  const value = parseJson(bytes, file, limits);
  const canonical = encodeParsed(value, file);
  if (canonical.equals(bytes)) return value;
  let offset = 0;
  while (offset < bytes.length && canonical[offset] === bytes[offset]) offset++;
  throw fail('JSON_NOT_CANONICAL', 'the document is not in canonical form', { place: { file, offset } });
}

/** What was just parsed can still hold an escaped lone surrogate, or nest deeper than our own documents may. */
function encodeParsed(value: unknown, file: string): Buffer {
  try {
    return canonicalBytes(value);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw fail('JSON_NOT_CANONICAL', `the document has no canonical form: ${reason}`, { place: { file }, cause });
  }
}

/**
 * Counts brackets and commas outside strings before parsing, so that no later recursive walk can exhaust the stack and
 * no document can grow out of proportion to its size.
 */
function assertBounded(text: string, maxDepth: number, maxValues: number, file: string): void {
  // A document shorter than both limits can be over neither.
  if (text.length <= Math.min(maxDepth, maxValues)) return;
  let depth = 0;
  let values = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = endOfString(text, i);
    } else if (c === 0x5b || c === 0x7b) {
      values++;
      if (++depth > maxDepth) {
        throw fail('JSON_TOO_DEEP', `nested deeper than ${maxDepth}`, { place: lineAndColumn(text, i, file) });
      }
    } else if (c === 0x5d || c === 0x7d) {
      depth--;
    } else if (c === 0x2c) {
      values++;
    }
  }
  if (values > maxValues) {
    throw fail('JSON_TOO_LARGE', `${values} values are over the limit of ${maxValues}`, { place: { file } });
  }
}

function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length;
}

/** 1-based line and column of a code-unit offset. */
export function lineAndColumn(text: string, offset: number, file?: string): Place {
  let line = 1;
  let lineStart = 0;
  for (let next = text.indexOf('\n'); next !== -1 && next < offset; next = text.indexOf('\n', next + 1)) {
    line++;
    lineStart = next + 1;
  }
  const column = offset - lineStart + 1;
  return file === undefined ? { line, column } : { file, line, column };
}
