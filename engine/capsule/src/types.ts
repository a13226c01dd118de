import type { Digest, Timestamp } from '@stella-ops/engine-kernel';
import type { Subject } from '@stella-ops/engine-inventory';

/** The one document a decision is a function of. Digests, but for the time and the semantics versions. */
export interface DecisionInput {
  readonly format: 'stella.decision-input/v1';
  readonly subject: Subject;
  readonly inventory: Digest;
  readonly slice: Digest;
  readonly vex: Digest;
  readonly reachability: Digest | null;
  readonly policy: Digest;
  readonly exceptions: Digest;
  readonly approvals: Digest | null;
  readonly environment: string | null;
  readonly previousVerdict: Digest | null;
  readonly evaluatedAt: Timestamp;
  readonly semantics: {
    readonly match: number;
    readonly vex: number;
    readonly lattice: number;
    readonly policy: number;
  };
}
