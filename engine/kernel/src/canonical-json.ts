import { fail } from './kernel-errors.ts';

/** What RFC 8785 can express. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

const MAX_DEPTH = 256;

/**
 * Serialises a value by the JSON Canonicalization Scheme (RFC 8785): members ordered by UTF-16 code units,
 * ECMAScript number and string forms, no white space. Members whose value is `undefined` are left out, as in
 * `JSON.stringify`; everything else outside the JSON data model is refused.
 *
 * @throws AppError `JSON_NOT_REPRESENTABLE` for NaN, infinities, lone surrogates, bigint, functions, class
 *   instances other than plain objects and arrays, and nesting beyond 256.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

/** {@link canonicalJson} as UTF-8 bytes: what is hashed and signed. */
export function canonicalBytes(value: unknown): Buffer {
  return Buffer.from(write(value, 0), 'utf8');
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw fail('JSON_NOT_REPRESENTABLE', 'a string holds a lone surrogate');
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value)) throw fail('JSON_NOT_REPRESENTABLE', `${value} has no JSON form`);
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      break;
    default:
      throw fail('JSON_NOT_REPRESENTABLE', `a ${typeof value} has no JSON form`);
  }
  if (value === null) return 'null';
  if (depth >= MAX_DEPTH) throw fail('JSON_NOT_REPRESENTABLE', `nested deeper than ${MAX_DEPTH}`);
  if (Array.isArray(value)) return writeArray(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw fail('JSON_NOT_REPRESENTABLE', 'only plain objects and arrays have a JSON form');
  }
  return writeObject(value as Record<string, unknown>, depth);
}

function writeArray(items: readonly unknown[], depth: number): string {
  let text = '[';
  for (let i = 0; i < items.length; i++) {
    if (i > 0) text += ',';
    text += write(items[i], depth + 1);
  }
  return `${text}]`;
}

function writeObject(object: Record<string, unknown>, depth: number): string {
  // Array.prototype.sort without a comparator orders by UTF-16 code units, as RFC 8785 section 3.2.3 asks.
  const keys = Object.keys(object).sort();
  let text = '{';
  for (const key of keys) {
    const member = object[key];
    if (member === undefined) continue;
    if (text.length > 1) text += ',';
    text += `${write(key, depth)}:${write(member, depth + 1)}`;
  }
  return `${text}}`;
}
