import { sortDiagnostics } from '@stella-ops/engine-compose/yaml';
import { shape } from '@stella-ops/engine-kernel';
import { conditionCompiler } from './compile.ts';
import type { Diagnostic, DocumentSource } from './diagnostics.ts';
import { type Fields, paramFields, type Params } from './fields.ts';
import type { Rule } from './pack.ts';
import type { RuleSource } from './pack-shape.ts';
import { compileTemplate } from './template.ts';
import type { RuleText } from './types.ts';

const PARAM_NAME = /^[a-z][A-Za-z0-9]{0,63}$/;

/** Compiles rules one by one and collects what is wrong with any of them. */
export class PackCompiler {
  readonly #source: DocumentSource;
  readonly #params: Params;
  readonly #faults: Diagnostic[] = [];
  readonly #ids = new Set<string>();
  readonly #used = new Set<string>();

  constructor(source: DocumentSource, params: Params) {
    this.#source = source;
    this.#params = params;
    for (const name of Object.keys(params)) {
      // A name that every object inherits would reach look-ups of the CEL library that are not ours to harden.
      if (PARAM_NAME.test(name) && !(name in {})) continue;
      this.#faults.push(
        source.fault('PARAM_NAME_INVALID', shape.step('/params', name), `"${name.slice(0, 60)}" cannot be a name`, {
          key: true,
        }),
      );
    }
  }

  get hasFaults(): boolean {
    return this.#faults.length > 0;
  }

  check(rule: RuleSource, index: number): RuleText {
    if (this.#ids.has(rule.id)) {
      this.#faults.push(this.#source.fault('RULE_DUPLICATE', `/rules/${index}/id`, `rule "${rule.id}" stands twice`));
    }
    this.#ids.add(rule.id);
    if (rule.states !== undefined && rule.on !== 'finding') {
      this.#faults.push(
        this.#source.fault('MEMBER_INVALID', `/rules/${index}/states`, 'only rules on findings have states', {
          key: true,
        }),
      );
    }
    return {
      id: rule.id,
      on: rule.on,
      when: rule.when,
      action: rule.action,
      code: rule.code,
      exceptable: rule.exceptable ?? true,
      ...(rule.on === 'finding' ? { states: rule.states ?? ['affected'] } : {}),
    };
  }

  /** A compiler for rules over one kind of row; it answers the rule, or nothing when the rule has faults. */
  forRows<R>(rowFields: Fields<R>): (rule: RuleSource, text: RuleText, index: number) => Rule<R>[] {
    const fields: Fields<R> = new Map([...rowFields, ...paramFields<R>(this.#params)]);
    // Declaring names to the CEL library is slow, and most packs have no rules of some kind.
    let compile: ReturnType<typeof conditionCompiler<R>> | undefined;
    return (rule, text, index) => {
      const pointer = `/rules/${index}`;
      compile ??= conditionCompiler(fields);
      const condition = compile(rule.when);
      if (condition.ok) {
        for (const name of condition.value.reads.keys()) this.#used.add(name);
      } else {
        const names = condition.code === 'CEL_UNKNOWN_NAME' ? `; there are ${[...fields.keys()].join(', ')}` : '';
        this.#faults.push(
          this.#source.fault(condition.code, `${pointer}/when`, `${condition.message}${names}`, {
            within: condition.start,
          }),
        );
      }
      const message = compileTemplate(rule.message, fields);
      if (!message.ok) {
        this.#faults.push(
          this.#source.fault('PLACEHOLDER_INVALID', `${pointer}/message`, message.message, { within: message.start }),
        );
      }
      if (!condition.ok || !message.ok) return [];
      const { id, action, code, exceptable } = text;
      return [{ id, action, code, exceptable, ...condition.value, sentence: message.render }];
    };
  }

  finish(): Diagnostic[] {
    // A condition with a fault may be the one that reads the parameter.
    const names = this.#faults.length === 0 ? Object.keys(this.#params) : [];
    for (const name of names) {
      if (this.#used.has(`params.${name}`)) continue;
      this.#faults.push(
        this.#source.fault('PARAM_UNUSED', shape.step('/params', name), `no rule reads "${name}"`, { key: true }),
      );
    }
    return sortDiagnostics(this.#faults);
  }
}
