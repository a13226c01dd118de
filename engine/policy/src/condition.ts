import type { ASTNode } from '@marcbachmann/cel-js';
import type { DiagnosticCode } from './diagnostics.ts';
import type { Field, Fields, Scope } from './fields.ts';
import { ORDERS, type Search, SEARCHES, TEXT_TESTS, type Truth, equal, lowerAscii, codePoints, not } from './truth.ts';

export type Run<R, T> = (scope: Scope<R>) => T;

/** A checked piece of a condition, as a closure of its type. */
export type Typed<R> =
  | { readonly type: 'bool'; readonly run: Run<R, Truth>; readonly constant?: boolean }
  | { readonly type: 'string'; readonly run: Run<R, string>; readonly constant?: string }
  | { readonly type: 'int' | 'double'; readonly run: Run<R, number>; readonly constant?: number }
  | { readonly type: 'list<string>'; readonly run: Run<R, readonly string[]>; readonly constant?: ReadonlySet<string> }
  | { readonly type: 'list<number>'; readonly run?: never; readonly constant: ReadonlySet<number> };

/** Why a condition is refused; `start` is a code-unit offset in its text. */
export class ConditionFault extends Error {
  readonly code: DiagnosticCode;
  readonly start: number;

  constructor(code: DiagnosticCode, start: number, message: string) {
    super(message);
    this.code = code;
    this.start = start;
  }
}

type Bool<R> = Typed<R> & { readonly type: 'bool' };
type Text<R> = Typed<R> & { readonly type: 'string' };
type NumberOf<R> = Typed<R> & { readonly type: 'int' | 'double' };

/**
 * Turns a syntax tree of CEL (cel-spec, language definition) into closures. The part of the language that is taken is
 * total: no arithmetic, indexing, conversion that can fail, regular expression, clock or call out, so that every
 * condition has an answer for every row. Text has no order here either: `"10" < "9"` is a wrong answer about versions.
 */
export class ConditionBuilder<R> {
  readonly reads = new Map<string, Field<R>>();
  readonly #fields: Fields<R>;
  /** Iteration variables in force, innermost last. */
  readonly #cells: { readonly name: string; readonly cell: { value: string } }[] = [];

  constructor(fields: Fields<R>) {
    this.#fields = fields;
  }

  /** @throws ConditionFault */
  build(node: ASTNode): Typed<R> {
    switch (node.op) {
      case 'value':
        return constant(literal(node.args, node));
      case 'id':
      case '.':
        return this.#name(node);
      case 'list':
        return this.#list(node.args, node);
      case '!_': {
        const { run } = this.#bool(node.args);
        return { type: 'bool', run: (scope) => not(run(scope)) };
      }
      case '-_': {
        const value = this.#number(node.args);
        if (value.constant === undefined) throw refused(node, 'arithmetic');
        return constant(-value.constant);
      }
      case '&&':
        return this.#and(node.args);
      case '||':
        return this.#or(node.args);
      case '?:':
        return this.#choice(node.args, node);
      case '==':
        return this.#equal(node.args, node);
      case '!=': {
        const { run } = this.#equal(node.args, node);
        return { type: 'bool', run: (scope) => not(run(scope)) };
      }
      case '<':
      case '<=':
      case '>':
      case '>=':
        return this.#ordered(node.op, node.args);
      case 'in':
        return this.#membership(node.args, node);
      case 'call':
        return this.#call(node.args[0], node.args[1], node);
      case 'rcall':
        return this.#method(node.args[0], node.args[1], node.args[2], node);
      default:
        throw refused(node, `"${node.op.replaceAll('_', '')}"`);
    }
  }

  #bool(node: ASTNode): Bool<R> {
    const built = this.build(node);
    if (built.type !== 'bool') throw mistyped(node, 'true or false', built.type);
    return built;
  }

  #text(node: ASTNode): Text<R> {
    const built = this.build(node);
    if (built.type !== 'string') throw mistyped(node, 'text', built.type);
    return built;
  }

  #number(node: ASTNode): NumberOf<R> {
    const built = this.build(node);
    if (built.type !== 'int' && built.type !== 'double') {
      // Ordered by code points, 10 comes before 9; no rule about versions should be able to say that.
      if (built.type === 'string') throw refused(node, 'an order of texts');
      throw mistyped(node, 'a number', built.type);
    }
    return built;
  }

  #name(node: ASTNode): Typed<R> {
    const path = pathOf(node);
    if (path === undefined) throw refused(node, 'a member of a computed value');
    const held = this.#cells.findLast(({ name }) => name === path)?.cell;
    if (held !== undefined) return { type: 'string', run: () => held.value };
    const field = this.#fields.get(path);
    if (field === undefined) {
      const isGroup = [...this.#fields.keys()].some((one) => one.startsWith(`${path}.`));
      throw new ConditionFault(
        'CEL_UNKNOWN_NAME',
        node.start,
        isGroup ? `"${path}" is a group; name one of its members` : `nothing is called "${path}" here`,
      );
    }
    this.reads.set(path, field);
    return fromField(field);
  }

  #list(items: readonly ASTNode[], node: ASTNode): Typed<R> {
    const values = items.map((item) => {
      const built = this.build(item);
      if (built.constant === undefined || typeof built.constant === 'object') {
        throw refused(item, 'a list with anything but literals and parameters');
      }
      return built.constant;
    });
    const texts = values.filter((value) => typeof value === 'string');
    if (texts.length === values.length) {
      return { type: 'list<string>', run: () => texts, constant: new Set(texts) };
    }
    const numbers = values.filter((value) => typeof value === 'number');
    if (numbers.length === values.length) return { type: 'list<number>', constant: new Set(numbers) };
    throw new ConditionFault('CEL_TYPE', node.start, 'a list holds either texts or numbers');
  }

  #and([left, right]: readonly [ASTNode, ASTNode]): Typed<R> {
    const a = this.#bool(left).run;
    const b = this.#bool(right).run;
    return {
      type: 'bool',
      run: (scope) => {
        const first = a(scope);
        if (first === false) return false;
        const second = b(scope);
        return second === false ? false : first === undefined ? undefined : second;
      },
    };
  }

  #or([left, right]: readonly [ASTNode, ASTNode]): Typed<R> {
    const a = this.#bool(left).run;
    const b = this.#bool(right).run;
    return {
      type: 'bool',
      run: (scope) => {
        const first = a(scope);
        if (first === true) return true;
        const second = b(scope);
        return second === true ? true : first === undefined ? undefined : second;
      },
    };
  }

  #choice([condition, yes, no]: readonly [ASTNode, ASTNode, ASTNode], node: ASTNode): Typed<R> {
    const test = this.#bool(condition).run;
    const a = this.build(yes);
    const b = this.build(no);
    if (a.type !== 'bool' || b.type !== 'bool') throw refused(node, 'a choice between anything but conditions');
    return {
      type: 'bool',
      run: (scope) => {
        const chosen = test(scope);
        return chosen === undefined ? undefined : chosen ? a.run(scope) : b.run(scope);
      },
    };
  }

  #equal([left, right]: readonly [ASTNode, ASTNode], node: ASTNode): Bool<R> {
    const a = this.build(left);
    if (a.type === 'string') return equalTexts(a, this.#text(right));
    if (a.type === 'bool') {
      const b = this.#bool(right);
      return { type: 'bool', run: (scope) => equal(a.run(scope), b.run(scope)) };
    }
    if (a.type !== 'int' && a.type !== 'double') throw refused(node, 'a comparison of lists');
    const x = a.run;
    const y = this.#number(right).run;
    return { type: 'bool', run: (scope) => equal(x(scope), y(scope)) };
  }

  #ordered(op: keyof typeof ORDERS, [left, right]: readonly [ASTNode, ASTNode]): Typed<R> {
    const a = this.#number(left);
    const b = this.#number(right);
    return { type: 'bool', run: ORDERS[op](a.run, b.run) };
  }

  #membership([item, list]: readonly [ASTNode, ASTNode], node: ASTNode): Typed<R> {
    const held = this.build(list);
    if (held.type === 'list<string>') {
      const wanted = this.#text(item).run;
      const set = held.constant;
      return {
        type: 'bool',
        run: set === undefined ? (scope) => held.run(scope).includes(wanted(scope)) : (scope) => set.has(wanted(scope)),
      };
    }
    if (held.type !== 'list<number>') throw mistyped(node, 'a list', held.type);
    const wanted = this.#number(item).run;
    const set = held.constant;
    return {
      type: 'bool',
      run: (scope) => {
        const value = wanted(scope);
        return Number.isNaN(value) ? undefined : set.has(value);
      },
    };
  }

  #call(name: string, args: readonly ASTNode[], node: ASTNode): Typed<R> {
    const [arg, ...rest] = args;
    if (arg !== undefined && rest.length === 0) {
      if (name === 'size') return this.#size(arg);
      if (name === 'double') {
        const number = this.#number(arg);
        return { ...number, type: 'double' };
      }
    }
    throw refused(node, `the function ${name}`);
  }

  #method(name: string, receiver: ASTNode, args: readonly ASTNode[], node: ASTNode): Typed<R> {
    const [first, second, ...rest] = args;
    if (first === undefined) {
      if (name === 'size') return this.#size(receiver);
      if (name === 'lowerAscii') {
        const text = this.#text(receiver).run;
        return { type: 'string', run: (scope) => lowerAscii(text(scope)) };
      }
    } else if (second === undefined) {
      const test = TEXT_TESTS.get(name);
      if (test !== undefined) {
        const text = this.#text(receiver).run;
        const part = this.#text(first).run;
        return { type: 'bool', run: (scope) => test(text(scope), part(scope)) };
      }
    } else if (rest.length === 0) {
      const search = SEARCHES.get(name);
      if (search !== undefined) return this.#comprehension(search, receiver, first, second);
    }
    throw refused(node, `the function ${name}`);
  }

  #size(node: ASTNode): Typed<R> {
    const built = this.build(node);
    // CEL counts code points (cel-spec, string size), JavaScript code units.
    if (built.type === 'string') return { type: 'int', run: (scope) => codePoints(built.run(scope)) };
    if (built.type === 'list<string>') return { type: 'int', run: (scope) => built.run(scope).length };
    throw mistyped(node, 'a text or a list', built.type);
  }

  #comprehension(search: Search, receiver: ASTNode, variable: ASTNode, predicate: ASTNode): Typed<R> {
    const list = this.build(receiver);
    if (list.type !== 'list<string>') throw refused(receiver, 'a search in anything but a list of texts');
    if (variable.op !== 'id') throw new ConditionFault('CEL_SYNTAX', variable.start, 'a name is due here');
    const cell = { value: '' };
    this.#cells.push({ name: variable.args, cell });
    const test = this.#bool(predicate).run;
    this.#cells.pop();
    return {
      type: 'bool',
      run: (scope) =>
        search(list.run(scope), (value) => {
          cell.value = value;
          return test(scope);
        }),
    };
  }
}

function equalTexts<R>(a: Text<R>, b: Text<R>): Bool<R> {
  const wanted = b.constant;
  if (wanted !== undefined) return { type: 'bool', run: (scope) => a.run(scope) === wanted };
  return { type: 'bool', run: (scope) => a.run(scope) === b.run(scope) };
}

function literal(value: unknown, node: ASTNode): string | number | boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER) {
    return Number(value);
  }
  throw refused(node, typeof value === 'bigint' ? 'a number of this size' : 'a literal of this kind');
}

function constant<R>(value: string | number | boolean): Typed<R> {
  if (typeof value === 'string') return { type: 'string', run: () => value, constant: value };
  if (typeof value === 'boolean') return { type: 'bool', run: () => value, constant: value };
  return { type: 'double', run: () => value, constant: value };
}

/** A field's reader answers in its declared type (see Field). */
function fromField<R>(field: Field<R>): Typed<R> {
  if (field.constant !== undefined) return constant(field.constant);
  return { type: field.type, run: field.read as Run<R, never> };
}

/** `finding.severity.score` of nested member accesses; undefined for anything else. */
function pathOf(node: ASTNode): string | undefined {
  if (node.op === 'id') return node.args;
  if (node.op !== '.') return undefined;
  const parent = pathOf(node.args[0]);
  return parent === undefined ? undefined : `${parent}.${node.args[1]}`;
}

const refused = (node: ASTNode, what: string): ConditionFault =>
  new ConditionFault('CEL_NOT_ALLOWED', node.start, `${what} cannot be used in a condition`);

const mistyped = (node: ASTNode, expected: string, found: string): ConditionFault =>
  new ConditionFault('CEL_TYPE', node.start, `expected ${expected}, found ${found}`);
