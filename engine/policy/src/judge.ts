import { compareText } from '@stella-ops/engine-kernel';
import type { ExceptionMatch } from './exceptions.ts';
import { type Scope, shown } from './fields.ts';
import type { Kind } from './kinds.ts';
import type { Decider, Rule } from './pack.ts';
import type { Action, Outcome, Reason, TraceRow } from './types.ts';

/** How rows of one kind are judged. Made once per evaluation; nothing is allocated per row and rule. */
export interface Bench<R> {
  readonly kind: Kind<R>;
  readonly rules: readonly Rule<R>[];
  readonly scope: Scope<R>;
  /** For a row that no rule decided; `isOpen`: a `deny` or `pending` rule could not tell. Nothing means allow. */
  fallback(row: R, isOpen: boolean): Decider<R> | undefined;
  exceptionFor(row: R): ExceptionMatch | undefined;
}

export type Decision = Outcome | 'excepted';

/** Puts rows before rules and keeps what decided them. One judge serves one evaluation. */
export class Judge {
  readonly #reasons: Reason[] = [];
  readonly #trace: TraceRow[] = [];
  #outcome: Outcome = 'allow';

  get outcome(): Outcome {
    return this.#outcome;
  }

  decide<R>(bench: Bench<R>, row: R): Decision {
    const { rules, scope } = bench;
    scope.row = row;
    let isOpen = false;
    let hasWarned = false;
    for (const rule of rules) {
      const truth = rule.test(scope);
      if (truth === false) continue;
      const { action } = rule;
      if (truth === undefined) isOpen ||= action === 'deny' || action === 'pending';
      else if (action === 'warn') {
        hasWarned = true;
        this.#note(bench, rule, 'warn');
      } else if (action !== 'allow' || !isOpen) return this.#conclude(bench, rule);
    }
    const last = bench.fallback(row, isOpen);
    if (last === undefined || last.action === 'allow') return 'allow';
    // A rule has said it in better words already.
    if (last.action === 'warn' && hasWarned) return 'allow';
    return this.#conclude(bench, last);
  }

  /** By weight, code, rule and what they are about. */
  reasons(): Reason[] {
    return this.#reasons.sort(
      (a, b) =>
        WEIGHT[b.action] - WEIGHT[a.action] ||
        compareText(a.code, b.code) ||
        compareText(a.rule, b.rule) ||
        compareText(a.finding?.component ?? '', b.finding?.component ?? '') ||
        compareText(a.finding?.vulnerability ?? '', b.finding?.vulnerability ?? '') ||
        compareText(a.sentence, b.sentence),
    );
  }

  trace(): TraceRow[] {
    return this.#trace.sort(
      (a, b) => compareText(a.on, b.on) || compareText(a.target, b.target) || compareText(a.rule, b.rule),
    );
  }

  #conclude<R>(bench: Bench<R>, by: Decider<R>): Decision {
    const { action } = by;
    if (action === 'allow' || action === 'warn') {
      this.#note(bench, by, action);
      return 'allow';
    }
    const exception = by.exceptable ? bench.exceptionFor(bench.scope.row) : undefined;
    if (exception?.state === 'applied') {
      this.#note(bench, by, 'allow', exception);
      return 'excepted';
    }
    this.#note(bench, by, action, exception);
    if (WEIGHT[action] > WEIGHT[this.#outcome]) this.#outcome = action;
    return action;
  }

  #note<R>({ kind, scope }: Bench<R>, by: Decider<R>, action: Action, exception?: ExceptionMatch): void {
    const values: Record<string, string | number | boolean | null> = {};
    for (const [name, field] of by.reads) values[name] = shown(field.read(scope));
    this.#trace.push({
      rule: by.id,
      on: kind.on,
      target: kind.target(scope.row),
      action,
      ...(exception === undefined ? {} : { exception: { id: exception.id, state: exception.state } }),
      values,
    });
    if (action === 'allow') return;
    const fix = kind.fix(scope.row);
    const finding = kind.finding?.(scope.row);
    this.#reasons.push({
      code: by.code,
      rule: by.id,
      action,
      sentence: by.sentence(scope) + (exception === undefined ? '' : ` (${exception.sentence})`),
      ...(fix === undefined ? {} : { fix }),
      ...(finding === undefined ? {} : { finding }),
    });
  }
}

const WEIGHT = { allow: 0, warn: 1, pending: 2, deny: 3 } as const;
