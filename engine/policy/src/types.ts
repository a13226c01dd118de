import type { Digest, Timestamp } from '@stella-ops/engine-kernel';
import type { Finding, Findings } from '@stella-ops/engine-advisories';
import type { Gap, Subject } from '@stella-ops/engine-inventory';

export const POLICY_SEMANTICS = 1;

export type Outcome = 'allow' | 'deny' | 'pending';
/** What a rule does with what it matched. `allow` ends the search for that finding; `warn` is shown and decides nothing. */
export type Action = 'allow' | 'warn' | 'deny' | 'pending';

/** A time-limited permission for a finding, as `stella.exceptions/v1`. */
export interface Exception {
  readonly id: string;
  /** Vulnerability id or alias. */
  readonly vulnerability: string;
  /** purl; without version it covers every version. Absent: every package. */
  readonly package?: string;
  /** Image digest. Absent: every image. */
  readonly subject?: Digest;
  readonly reason: string;
  readonly approvedBy: string;
  readonly createdAt: Timestamp;
  readonly expiresAt: Timestamp;
}

export interface ExceptionSet {
  readonly format: 'stella.exceptions/v1';
  readonly exceptions: readonly Exception[];
}

/** What happens to rows that no rule decides. There is no default for the defaults: a pack states all of them. */
export interface Defaults {
  readonly finding: Action;
  /** Findings whose severity no source gives, or of which a `deny` or `pending` rule could not tell. */
  readonly unknownSeverity: Action;
  /** Findings whose versions could not be compared. */
  readonly notEvaluated: Action;
  readonly gap: Action;
  /** Ecosystems without records or without a comparator. */
  readonly coverage: Action;
}

/** A rule as its author wrote it. */
export interface RuleText {
  readonly id: string;
  readonly on: 'finding' | 'gap' | 'coverage' | 'subject';
  readonly when: string;
  readonly action: Action;
  readonly code: string;
  /** Whether an exception may lift it. */
  readonly exceptable: boolean;
  /** States of findings that it looks at; only on findings. */
  readonly states?: readonly Finding['state'][];
}

/** Everything a pack may look at. No clock: `evaluatedAt` is part of the input. */
export interface PolicyInput {
  readonly subject: Subject;
  readonly findings: Findings;
  readonly gaps: readonly Gap[];
  readonly exceptions: ExceptionSet;
  readonly environment?: string;
  readonly evaluatedAt: Timestamp;
}

export interface Reason {
  /** Stable, `UPPER_SNAKE`, from the rule. */
  readonly code: string;
  readonly rule: string;
  readonly action: Action;
  /** One sentence for a person. */
  readonly sentence: string;
  /** What to do about it, where that is known: `upgrade urllib3 to 1.26.5`. */
  readonly fix?: string;
  readonly finding?: { readonly vulnerability: string; readonly component: string };
}

export interface TraceRow {
  readonly rule: string;
  readonly on: string;
  /** What it looked at: `CVE-… in pkg:…`, a gap code, a coverage row. */
  readonly target: string;
  readonly action: Action;
  readonly exception?: { readonly id: string; readonly state: 'applied' | 'expired' | 'not-yet' };
  /** The condition with the values it read, e.g. {"finding.severity.score": 9.8, "params.threshold": 7}. */
  readonly values: Readonly<Record<string, string | number | boolean | null>>;
}

/** Output of a decision. Holds no time but `evaluatedAt`; equal input gives equal bytes. */
export interface Verdict {
  readonly format: 'stella.verdict/v1';
  readonly subject: Subject;
  readonly outcome: Outcome;
  readonly reasons: readonly Reason[];
  readonly counts: Readonly<Record<string, number>>;
  readonly policy: {
    readonly name: string;
    readonly version: string;
    readonly digest: Digest;
    readonly params: Readonly<Record<string, string | number | boolean>>;
    readonly defaults: Defaults;
    readonly rules: readonly RuleText[];
  };
  readonly exceptions: readonly {
    readonly id: string;
    readonly state: 'applied' | 'unused' | 'expired' | 'not-yet';
    readonly expiresAt: Timestamp;
  }[];
  readonly trace: readonly TraceRow[];
  readonly evaluatedAt: Timestamp;
}
