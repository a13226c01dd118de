import type { Schema } from './route.ts';

interface Def {
  readonly type: string;
  readonly innerType?: Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
  readonly element?: Schema;
}

const defOf = (schema: Schema): Def => schema._zod.def;

/** Kinds of the members of a query schema: how their text is read. */
export type TextKind = 'text' | 'number' | 'boolean' | 'list';

const MAX_PARAMETERS = 200;
const NUMBER = /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/;

/** Name → kind of each member of an object schema; `undefined` for anything else. */
export function textKinds(schema: Schema): ReadonlyMap<string, TextKind> | undefined {
  const { shape } = defOf(schema);
  if (shape === undefined) return undefined;
  return new Map(Object.entries(shape).map(([name, member]) => [name, kindOf(member)]));
}

function kindOf(schema: Schema): TextKind {
  const def = defOf(schema);
  if (def.innerType !== undefined) return kindOf(def.innerType);
  if (def.type === 'number' || def.type === 'boolean') return def.type;
  return def.type === 'array' ? 'list' : 'text';
}

/**
 * Reads a query text (without `?`) into the values that the schema then checks: numbers and booleans from their one
 * spelling, lists from repeated names. What does not read stays text, so that the schema names the fault.
 *
 * @returns an object without prototype, or a sentence that says what is wrong
 */
export function readQuery(kinds: ReadonlyMap<string, TextKind>, text: string): Record<string, unknown> | string {
  const query = Object.create(null) as Record<string, unknown>;
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    if (++count > MAX_PARAMETERS) return `more than ${MAX_PARAMETERS} query parameters`;
    const kind = kinds.get(name) ?? 'text';
    const earlier = query[name];
    if (kind === 'list') query[name] = Array.isArray(earlier) ? [...(earlier as unknown[]), value] : [value];
    else if (earlier !== undefined) return `query parameter "${name.slice(0, 60)}" is given twice`;
    else query[name] = valueOf(kind, value);
  }
  return query;
}

function valueOf(kind: TextKind, text: string): unknown {
  if (kind === 'number' && NUMBER.test(text)) return Number(text);
  if (kind === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The query text of a value, members in the order given, `undefined` left out; starts with `?` unless empty. */
export function writeQuery(query: Readonly<Record<string, unknown>> | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (one !== undefined) parameters.append(name, textOf(one));
    }
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
