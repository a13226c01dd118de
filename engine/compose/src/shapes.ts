import { type Shape, shape, type Violation } from '@stella-ops/engine-kernel';
import type { TemplateSource } from './diagnostics.ts';
import { parseBytes, parseDuration, splitWords } from './units.ts';

type Members = Parameters<typeof shape.object>[0];

/** `/services/web/build` → `services.web.build`, as authors speak of it. */
export const dotted = (pointer: string): string =>
  pointer.slice(1).split('/').join('.').replaceAll('~1', '/').replaceAll('~0', '~').slice(0, 200);

export const wrong = <T>(violations: Violation[], pointer: string, message: string): T => {
  if (violations.length < 100) violations.push({ pointer, message });
  return undefined as T;
};

/** An object whose other members are refused by name, with the reason when we know them. */
export function section<const M extends Members>(
  members: M,
  refusals: Readonly<Record<string, string>> = {},
): Shape<shape.ObjectOf<M>> {
  const inner = shape.object(members, 'open');
  return (value, pointer, violations) => {
    const read = inner(value, pointer, violations);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return read;
    for (const key of Object.keys(value)) {
      if (Object.hasOwn(members, key)) continue;
      const at = shape.step(pointer, key);
      const reason = Object.hasOwn(refusals, key) ? `: ${refusals[key]}` : '';
      wrong(violations, at, `${dotted(at)} is not supported${reason}`);
    }
    return read;
  };
}

/** A member without a value means the same as a member that is not there, but only where Compose says so. */
export const orNull =
  <T>(inner: Shape<T>): Shape<T | null> =>
  (value, pointer, violations) =>
    value === null ? null : inner(value, pointer, violations);

/** A text that is read further; `read` answers undefined when it cannot. */
export const parsed =
  <T>(read: (text: string) => T | undefined, what: string): Shape<T> =>
  (value, pointer, violations) => {
    const result = typeof value === 'string' && value.length <= 4096 ? read(value) : undefined;
    return result ?? wrong(violations, pointer, `expected ${what}`);
  };

export const duration = parsed(parseDuration, 'a duration like 10s, 1m30s or 500ms');
const sizeText = parsed(parseBytes, 'a size in bytes like 512m or 1g');
export const byteSize: Shape<number> = (value, pointer, violations) =>
  typeof value === 'number'
    ? shape.integer({ min: 1 })(value, pointer, violations)
    : sizeText(value, pointer, violations);

export const line = shape.string({ min: 1, max: 4096, pattern: /^[^\0]*$/, what: 'text without NUL' });
export const absolutePath = shape.string({
  max: 1024,
  pattern: /^\/(?!.*(?:^|\/)\.\.(?:\/|$))[^\0:]*$/,
  what: 'an absolute path without ".." and ":"',
});

/** A command: a list of words, or a line that is split into words and given to no shell. */
export const command: Shape<string[]> = (value, pointer, violations) =>
  typeof value === 'string'
    ? (splitWords(value) ?? wrong(violations, pointer, 'a quote of the command is not closed'))
    : shape.array(shape.string({ max: 131_072, pattern: /^[^\0]*$/, what: 'text without NUL' }), { max: 1000 })(
        value,
        pointer,
        violations,
      );

/**
 * Names with values, as a map or as a list of `name=value`. A number counts as it is written; one that reads back
 * differently (`1.10`) is refused rather than changed.
 */
export const assignments =
  (source: TemplateSource, what: string): Shape<Record<string, string>> =>
  (value, pointer, violations) => {
    const result = Object.create(null) as Record<string, string>;
    const put = (key: string, text: string, at: string): void => {
      if (key === '' || key.length > 300 || /[\0=]/.test(key)) wrong(violations, at, `expected a name of ${what}`);
      else if (Object.hasOwn(result, key)) wrong(violations, at, `${what} "${key.slice(0, 60)}" stands twice`);
      else if (text.length > 131_072 || text.includes('\0'))
        wrong(violations, at, 'the value is too long or holds NUL');
      else result[key] = text;
    };
    const valueless = (key: string, at: string): void =>
      wrong(violations, at, `"${key.slice(0, 60)}" has no value, and none is taken from a host`);
    if (Array.isArray(value)) {
      if (value.length > 1000) return wrong(violations, pointer, 'more than 1000 items');
      value.forEach((item: unknown, index) => {
        const at = shape.step(pointer, index);
        if (typeof item !== 'string') return void wrong(violations, at, 'expected "name=value"');
        const sign = item.indexOf('=');
        if (sign === -1) valueless(item, at);
        else put(item.slice(0, sign), item.slice(sign + 1), at);
      });
      return result;
    }
    if (typeof value !== 'object' || value === null) return wrong(violations, pointer, 'expected a map or a list');
    const entries = Object.entries(value);
    if (entries.length > 1000) return wrong(violations, pointer, 'more than 1000 members');
    for (const [key, one] of entries as [string, unknown][]) {
      const at = shape.step(pointer, key);
      if (one === null) valueless(key, at);
      else if (typeof one === 'string') put(key, one, at);
      else if (typeof one === 'number' || typeof one === 'boolean') {
        const written = source.textOf(at);
        if (written === undefined || written === String(one)) put(key, String(one), at);
        else wrong(violations, at, `${written.slice(0, 60)} would become ${one}: write it in quotes`);
      } else wrong(violations, at, 'expected text');
    }
    return result;
  };
