import { Environment, EvaluationError, ParseError, TypeError as CelTypeError } from '@marcbachmann/cel-js';
import { ConditionBuilder, ConditionFault, type Typed } from './condition.ts';
import type { DiagnosticCode } from './diagnostics.ts';
import type { Field, Fields, Scope } from './fields.ts';
import type { Truth } from './truth.ts';

const MAX_LENGTH = 4096;
const LIMITS = { maxAstNodes: 500, maxDepth: 32, maxListElements: 200, maxMapEntries: 1, maxCallArguments: 4 };

/** A condition ready to run. It cannot fail and keeps nothing between rows. */
export interface Condition<R> {
  test(scope: Scope<R>): Truth;
  /** What it may read, by name. */
  readonly reads: ReadonlyMap<string, Field<R>>;
}

export type Compiled<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly code: DiagnosticCode; readonly start: number; readonly message: string };

/**
 * A compiler for the total part of CEL (see {@link ConditionBuilder}) over one set of names. The CEL library parses
 * and checks types; what runs are our own closures, so that no function of the library is ever called.
 *
 * @returns a function that takes CEL of at most 4096 code units; `start` of a fault is an offset in it
 */
export function expressionCompiler<R>(
  fields: Fields<R>,
): (text: string) => Compiled<Typed<R> & Pick<Condition<R>, 'reads'>> {
  const environment = declare(fields);
  return (text) => {
    if (text.length > MAX_LENGTH) {
      return { ok: false, code: 'CEL_SYNTAX', start: 0, message: `longer than ${MAX_LENGTH} characters` };
    }
    try {
      const parsed = environment.parse(text);
      const builder = new ConditionBuilder(fields);
      const built = builder.build(parsed.ast);
      const { error } = parsed.check();
      if (error !== undefined) throw error;
      return { ok: true, value: { ...built, reads: builder.reads } };
    } catch (error) {
      return faultOf(error);
    }
  };
}

/** As {@link expressionCompiler}, for expressions that are true or false. */
export function conditionCompiler<R>(fields: Fields<R>): (text: string) => Compiled<Condition<R>> {
  const compile = expressionCompiler(fields);
  return (text) => {
    const compiled = compile(text);
    if (!compiled.ok) return compiled;
    const { value } = compiled;
    if (value.type === 'bool') return { ok: true, value: { test: value.run, reads: value.reads } };
    return { ok: false, code: 'CEL_TYPE', start: 0, message: `a condition is true or false, this is ${value.type}` };
  };
}

function faultOf(error: unknown): Compiled<never> {
  if (error instanceof ConditionFault) {
    return { ok: false, code: error.code, start: error.start, message: error.message };
  }
  if (error instanceof ParseError || error instanceof CelTypeError || error instanceof EvaluationError) {
    const code = error instanceof ParseError ? 'CEL_SYNTAX' : 'CEL_TYPE';
    return { ok: false, code, start: error.range?.start ?? 0, message: error.summary };
  }
  throw error;
}

interface Schema {
  [member: string]: string | Schema;
}

function declare(fields: Fields<never>): Environment {
  const root = Object.create(null) as Schema;
  for (const [path, { type }] of fields) {
    const parts = path.split('.');
    const name = parts.pop() ?? path;
    let group = root;
    for (const part of parts) group = (group[part] ??= Object.create(null) as Schema) as Schema;
    group[name] = type;
  }
  const environment = new Environment({ limits: LIMITS });
  for (const [name, declared] of Object.entries(root)) {
    if (typeof declared === 'string') environment.registerVariable(name, declared);
    else environment.registerVariable({ name, schema: declared });
  }
  return environment;
}
