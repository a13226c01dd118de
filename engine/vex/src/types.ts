import type { Digest, Timestamp, Violation } from '@stella-ops/engine-kernel';

/** Integer version of the rules by which documents answer findings. It changes only when output may change. */
export const VEX_SEMANTICS = 1;

export const VEX_STATUSES = ['not_affected', 'affected', 'fixed', 'under_investigation'] as const;
export type VexStatus = (typeof VEX_STATUSES)[number];

export const VEX_JUSTIFICATIONS = [
  'component_not_present',
  'vulnerable_code_not_present',
  'vulnerable_code_not_in_execute_path',
  'vulnerable_code_cannot_be_controlled_by_adversary',
  'inline_mitigations_already_exist',
] as const;
export type VexJustification = (typeof VEX_JUSTIFICATIONS)[number];

/** A thing that a statement speaks of, by every name the document gives it. */
export interface VexComponent {
  /** `@id` and purl, distinct; may be a purl, an image reference, a digest or any other text. */
  readonly identifiers: readonly string[];
  /** 64 lower-case hex digits. */
  readonly sha256?: string;
}

export interface VexProduct extends VexComponent {
  /** When there are any, the statement speaks of these inside the product, not of the product as a whole. */
  readonly subcomponents: readonly VexComponent[];
}

export interface VexStatement {
  /** Name, aliases and `@id` of the vulnerability, in upper case. */
  readonly vulnerabilities: readonly string[];
  readonly products: readonly VexProduct[];
  readonly status: VexStatus;
  readonly justification?: VexJustification;
  /** Impact, action or note: why, or what to do, in the author's words. */
  readonly statement?: string;
  /** The statement's, else the document's, else {@link UNKNOWN_TIME}. */
  readonly timestamp: Timestamp;
}

/** Older than every other statement: the time of a statement without any. */
export const UNKNOWN_TIME: Timestamp = '1970-01-01T00:00:00.000Z';

/** A document as read, with the text it was read from. */
export interface VexDocument {
  /** Of the bytes as received. */
  readonly digest: Digest;
  readonly raw: string;
  /** `@id`; the digest where there is none. */
  readonly id: string;
  readonly author?: string;
  readonly timestamp: Timestamp;
  readonly statements: readonly VexStatement[];
}

/** A fault or a remark; line and column for faults of syntax. */
export interface VexNotice extends Violation {
  readonly line?: number;
  readonly column?: number;
}

export type VexReading =
  | { readonly ok: true; readonly document: VexDocument; readonly warnings: readonly VexNotice[] }
  | { readonly ok: false; readonly violations: readonly VexNotice[] };

/** The documents that took part in a decision, exactly as received. */
export interface VexSet {
  readonly format: 'stella.vex/v1';
  /** Sorted by digest. */
  readonly documents: readonly { readonly digest: Digest; readonly raw: string }[];
}
