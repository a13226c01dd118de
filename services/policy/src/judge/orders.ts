import type { Decision } from '@stella-ops/contracts/policy';
import type { Digest, Timestamp } from '@stella-ops/engine-kernel';
import type { Exception } from '@stella-ops/engine-policy';

/** An object by digest, and where its bytes lie. */
export interface LocalFile {
  readonly digest: Digest;
  readonly path: string;
}

/** What the judging thread needs for one decision. Large documents are named, small ones given. */
export interface DecisionOrder {
  readonly tenantId: string;
  readonly inventory: LocalFile;
  /** `snapshot`: what the index must say it holds. */
  readonly index: LocalFile & { readonly snapshot: Digest };
  /** All documents of the VEX snapshot. */
  readonly vex: readonly Digest[];
  /** Those that the thread asked for. */
  readonly vexFiles: readonly LocalFile[];
  readonly policy: Uint8Array;
  /** A subject, where one has it, is the image asked about. */
  readonly exceptions: readonly Exception[];
  readonly environment?: string;
  readonly evaluatedAt: Timestamp;
  /** Not needed to simulate. */
  readonly wantsDocuments: boolean;
}

export interface JudgedDecision {
  readonly kind: 'judged';
  /** Digest of the decision input: the id. */
  readonly id: Digest;
  readonly outcome: Decision['outcome'];
  readonly reasons: Decision['reasons'];
  readonly counts: Decision['counts'];
  readonly policy: { readonly name: string; readonly version: string; readonly digest: Digest };
  readonly verdictDigest: Digest;
  readonly findingsDigest: Digest;
  readonly answerDigest: Digest;
  readonly evaluatedAt: Timestamp;
  /** Decision input, everything it names, verdict and findings: to be kept before the decision is recorded. */
  readonly documents: readonly Uint8Array[];
}

/** Documents that the thread does not have at hand; ask again with them. */
export interface VexWanted {
  readonly kind: 'vex-wanted';
  readonly digests: readonly Digest[];
}

export interface PackSummary {
  readonly name: string;
  readonly version: string;
  readonly digest: Digest;
  readonly rules: number;
}

export type JudgeRequest =
  | { readonly kind: 'decide'; readonly order: DecisionOrder }
  | { readonly kind: 'read-pack'; readonly bytes: Uint8Array };

/** An error as it crosses between threads: structured clone would drop its class and code. */
export interface FlatError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly place?: { readonly line?: number; readonly column?: number; readonly pointer?: string };
  readonly violations: readonly { readonly pointer: string; readonly message: string }[];
}

export type JudgeAnswer =
  | { readonly ok: true; readonly value: JudgedDecision | VexWanted | PackSummary }
  | { readonly ok: false; readonly error: FlatError };
