import type { Hash } from '../hash-algorithms.ts';
import type { Component, Location } from '../types.ts';

/** A component as a document has it, before it has a ref of ours. Lists may be empty. */
export interface Claim {
  readonly pointer: string;
  /** `bom-ref` or `SPDXID`. */
  readonly id?: string | undefined;
  readonly kind: Component['kind'];
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly purl?: string | undefined;
  readonly source?: Component['source'];
  readonly architecture?: string | undefined;
  readonly supplier?: string | undefined;
  readonly licenses: readonly string[];
  readonly hashes: readonly Hash[];
  readonly locations: readonly Location[];
  /** Set where this product wrote the component: everything then is as it was, and nothing is worked out. */
  readonly own?: OwnMembers | undefined;
}

export interface OwnMembers {
  readonly ref: string;
  readonly type: string;
  readonly properties?: Readonly<Record<string, string>> | undefined;
}
