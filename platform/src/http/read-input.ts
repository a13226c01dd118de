import { fail, isSchema, readQuery, type Route, type Schema, type TextKind, textKinds } from '@stella-ops/contracts';
import type { AppError, Violation } from '@stella-ops/engine-kernel';
import * as z from 'zod';

const MAX_VIOLATIONS = 100;

/** Kinds of each query schema, worked out once. */
const kindsOf = new WeakMap<Schema, ReadonlyMap<string, TextKind>>();

/** @throws AppError `REQUEST_INVALID` with every violation, pointers beginning with `/params` */
export function readParams(route: Route, params: Readonly<Record<string, string>>): unknown {
  if (route.params === undefined) return undefined;
  refuseNul(Object.values(params).join(''));
  return check(route.params, params, '/params');
}

/** @throws AppError `REQUEST_INVALID` with every violation, pointers beginning with `/query` */
export function readQueryOf(route: Route, search: string): unknown {
  if (route.query === undefined) {
    if (search !== '') throw fail('REQUEST_INVALID', 'this route takes no query');
    return undefined;
  }
  let kinds = kindsOf.get(route.query);
  if (kinds === undefined) {
    kinds = textKinds(route.query) ?? new Map();
    kindsOf.set(route.query, kinds);
  }
  const query = readQuery(kinds, search);
  if (typeof query === 'string') throw fail('REQUEST_INVALID', query);
  refuseNul(search.replaceAll('%00', '\0'));
  return check(route.query, query, '/query');
}

/** @throws AppError `REQUEST_INVALID` with every violation, pointers beginning with `/body` */
export function checkBody(route: Route, value: unknown): unknown {
  return isSchema(route.body) ? check(route.body, value, '/body') : value;
}

function refuseNul(text: string): void {
  if (text.includes('\0')) throw fail('REQUEST_INVALID', 'the address holds the character U+0000');
}

function check(schema: Schema, value: unknown, pointer: string): unknown {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  throw invalid(violationsOf(parsed.error, pointer));
}

function invalid(violations: readonly Violation[]): AppError {
  const [first] = violations;
  const more = violations.length > 1 ? ` (and ${violations.length - 1} more)` : '';
  return fail('REQUEST_INVALID', `${first?.pointer}: ${first?.message}${more}`, { details: { violations } });
}

function violationsOf(error: z.core.$ZodError, root: string): Violation[] {
  return error.issues.slice(0, MAX_VIOLATIONS).map((issue) => ({
    pointer: root + issue.path.map((step) => `/${escape(String(step))}`).join(''),
    message: issue.message.slice(0, 300),
  }));
}

/** RFC 6901, section 3. */
function escape(step: string): string {
  return step.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}
