import type { CoverageRow, Finding } from '@stella-ops/engine-advisories';
import type { Gap, Subject } from '@stella-ops/engine-inventory';
import type { Digest } from '@stella-ops/engine-kernel';
import type { Condition } from './compile.ts';
import type { Field, Params } from './fields.ts';
import type { Template } from './template.ts';
import type { Action, Defaults, RuleText } from './types.ts';

/** What can decide a row: a rule, or a default where no rule does. */
export interface Decider<R> {
  readonly id: string;
  readonly action: Action;
  readonly code: string;
  readonly exceptable: boolean;
  /** What it looked at, for the trace. */
  readonly reads: ReadonlyMap<string, Field<R>>;
  readonly sentence: Template<R>;
}

/** A rule over one kind of row, compiled. */
export interface Rule<R> extends Decider<R> {
  readonly test: Condition<R>['test'];
}

/** A policy pack, checked and compiled. Its identity is the digest of the bytes it was written as. */
export interface PolicyPack {
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  readonly digest: Digest;
  readonly params: Params;
  readonly defaults: Defaults;
  /** All rules as written, in their order. */
  readonly rules: readonly RuleText[];
  /** For findings that are known to affect their component. */
  readonly affected: readonly Rule<Finding>[];
  /** For findings whose versions could not be compared: only rules that name this state. */
  readonly notEvaluated: readonly Rule<Finding>[];
  readonly gaps: readonly Rule<Gap>[];
  readonly coverage: readonly Rule<CoverageRow>[];
  readonly subject: readonly Rule<Subject>[];
}
