import { fail } from './kernel-errors.ts';
import { type Digest, isDigest } from './digest.ts';

/** One thing wrong with a document: RFC 6901 pointer and a sentence. */
export interface Violation {
  readonly pointer: string;
  readonly message: string;
}

/** Reads a value of unknown shape; faults go to `violations`, the returned value is then not to be used. */
export type Shape<T> = (value: unknown, pointer: string, violations: Violation[]) => T;
export type ShapeOf<S> = S extends Shape<infer T> ? T : never;

/** All faults at once, or the value. */
export type Decoded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly violations: readonly Violation[] };

export function decode<T>(shape: Shape<T>, value: unknown): Decoded<T> {
  const violations: Violation[] = [];
  const read = shape(value, '', violations);
  return violations.length === 0 ? { ok: true, value: read } : { ok: false, violations };
}

/** @throws AppError `SHAPE_INVALID` that names the first fault and carries all of them in `details.violations` */
export function decodeOrThrow<T>(shape: Shape<T>, value: unknown, file: string): T {
  const decoded = decode(shape, value);
  if (decoded.ok) return decoded.value;
  const [first] = decoded.violations;
  const more = decoded.violations.length > 1 ? ` (and ${decoded.violations.length - 1} more)` : '';
  throw fail('SHAPE_INVALID', `${first?.pointer || '/'}: ${first?.message}${more}`, {
    place: { file, pointer: first?.pointer ?? '' },
    details: { violations: decoded.violations },
  });
}

const wrong = <T>(violations: Violation[], pointer: string, message: string): T => {
  // A hostile document must not turn its faults into a flood.
  if (violations.length < 100) violations.push({ pointer, message });
  return undefined as T;
};

/** Pointer of a member or item (RFC 6901). Most keys need no escape, and this runs for every value of a document. */
export function step(pointer: string, key: string | number): string {
  if (typeof key === 'number' || !(key.includes('~') || key.includes('/'))) return `${pointer}/${key}`;
  return `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

export function string(rule: { max?: number; min?: number; pattern?: RegExp; what?: string } = {}): Shape<string> {
  return (value, pointer, violations) => {
    if (typeof value !== 'string') return wrong(violations, pointer, `expected ${rule.what ?? 'a string'}`);
    if (value.length > (rule.max ?? 1 << 20))
      return wrong(violations, pointer, `longer than ${rule.max ?? 1 << 20} characters`);
    if (value.length < (rule.min ?? 0)) return wrong(violations, pointer, `shorter than ${rule.min} characters`);
    if (rule.pattern !== undefined && !rule.pattern.test(value)) {
      return wrong(violations, pointer, `expected ${rule.what ?? `text like ${rule.pattern.source}`}`);
    }
    return value;
  };
}

export function number(rule: { min?: number; max?: number; integer?: boolean } = {}): Shape<number> {
  return (value, pointer, violations) => {
    if (typeof value !== 'number') return wrong(violations, pointer, 'expected a number');
    if (rule.integer === true && !Number.isSafeInteger(value)) return wrong(violations, pointer, 'expected an integer');
    if (value < (rule.min ?? -Infinity)) return wrong(violations, pointer, `less than ${rule.min}`);
    if (value > (rule.max ?? Infinity)) return wrong(violations, pointer, `more than ${rule.max}`);
    return value;
  };
}

export const integer = (rule: { min?: number; max?: number } = {}): Shape<number> => number({ ...rule, integer: true });

export const boolean: Shape<boolean> = (value, pointer, violations) =>
  typeof value === 'boolean' ? value : wrong(violations, pointer, 'expected true or false');

export const digest: Shape<Digest> = (value, pointer, violations) =>
  isDigest(value) ? value : wrong(violations, pointer, 'expected sha256:<64 hex digits>');

/** Any JSON value, kept as it is. */
export const anything: Shape<unknown> = (value) => value;

export function literal<const T extends string | number | boolean | null>(...allowed: readonly T[]): Shape<T> {
  return (value, pointer, violations) =>
    allowed.includes(value as T)
      ? (value as T)
      : wrong(violations, pointer, `expected ${allowed.map((one) => JSON.stringify(one)).join(' or ')}`);
}

export function array<T>(item: Shape<T>, rule: { max?: number; min?: number } = {}): Shape<T[]> {
  return (value, pointer, violations) => {
    if (!Array.isArray(value)) return wrong(violations, pointer, 'expected a list');
    if (value.length > (rule.max ?? 1_000_000))
      return wrong(violations, pointer, `more than ${rule.max ?? 1_000_000} items`);
    if (value.length < (rule.min ?? 0)) return wrong(violations, pointer, `fewer than ${rule.min} items`);
    return value.map((one: unknown, index) => item(one, step(pointer, index), violations));
  };
}

/** An object used as a map. The result has no prototype, so no key can reach one. */
export function record<T>(item: Shape<T>, rule: { max?: number } = {}): Shape<Record<string, T>> {
  return (value, pointer, violations) => {
    if (!isObject(value)) return wrong(violations, pointer, 'expected an object');
    const keys = Object.keys(value);
    if (keys.length > (rule.max ?? 100_000))
      return wrong(violations, pointer, `more than ${rule.max ?? 100_000} members`);
    const result = Object.create(null) as Record<string, T>;
    for (const key of keys) result[key] = item(value[key], step(pointer, key), violations);
    return result;
  };
}

/** Marks a member that may be absent. Build with {@link optional}. */
export interface OptionalShape<T> {
  readonly optional: Shape<T>;
}

export const optional = <T>(shape: Shape<T>): OptionalShape<T> => ({ optional: shape });

type Members = Readonly<Record<string, Shape<unknown> | OptionalShape<unknown>>>;
type Required<M extends Members> = { [K in keyof M as M[K] extends OptionalShape<unknown> ? never : K]: ShapeOf<M[K]> };
type Optional<M extends Members> = {
  [K in keyof M as M[K] extends OptionalShape<unknown> ? K : never]?: M[K] extends OptionalShape<infer T> ? T : never;
};
export type ObjectOf<M extends Members> = { [K in keyof (Required<M> & Optional<M>)]: (Required<M> & Optional<M>)[K] };

/**
 * An object with named members. Own formats refuse unknown members (`strict`); of foreign documents we take what we
 * use and leave the rest (`open`).
 */
export function object<const M extends Members>(members: M, unknown: 'strict' | 'open' = 'strict'): Shape<ObjectOf<M>> {
  const names = Object.keys(members);
  return (value, pointer, violations) => {
    if (!isObject(value)) return wrong(violations, pointer, 'expected an object');
    const result: Record<string, unknown> = {};
    for (const name of names) {
      const shape = members[name] as Shape<unknown> | OptionalShape<unknown>;
      const present = Object.hasOwn(value, name);
      if (typeof shape === 'function') {
        if (present) result[name] = shape(value[name], step(pointer, name), violations);
        else wrong(violations, pointer, `member "${name}" is missing`);
      } else if (present) {
        result[name] = shape.optional(value[name], step(pointer, name), violations);
      }
    }
    if (unknown === 'strict') {
      for (const key of Object.keys(value)) {
        if (!Object.hasOwn(members, key)) wrong(violations, step(pointer, key), `unknown member "${key.slice(0, 60)}"`);
      }
    }
    return result as ObjectOf<M>;
  };
}

/** The first shape that fits; the faults of the last one otherwise. */
export function either<A, B>(first: Shape<A>, second: Shape<B>): Shape<A | B> {
  return (value, pointer, violations) => {
    const faults: Violation[] = [];
    const read = first(value, pointer, faults);
    return faults.length === 0 ? read : second(value, pointer, violations);
  };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
