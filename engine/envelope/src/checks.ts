/** The steps of a verification, in the order in which they are done. */
export type CheckName =
  /** It reads as a Sigstore bundle. */
  | 'format'
  /** Strict only: the bytes are the one form that a bundle of ours has, and nothing else is in them. */
  | 'form'
  /** The key is trusted, and at the time given. */
  | 'key'
  /** The signature is over the envelope's PAE, or over the artefact. */
  | 'signature'
  /** There is a log entry, of a trusted log. */
  | 'log'
  /** The log signed the checkpoint. */
  | 'log-checkpoint'
  /** The tree of the checkpoint holds the entry. */
  | 'log-inclusion'
  /** The entry is of this signature by this key over this digest. */
  | 'log-entry'
  /** The payload is an in-toto statement. */
  | 'statement'
  /** It speaks of the artefact given. */
  | 'subject'
  /** The predicate is of the type expected. */
  | 'predicate-type';

/** `failed`: the evidence is wrong. `missing`: it may be right, but something to tell it by is not there. */
export type CheckState = 'passed' | 'failed' | 'missing' | 'skipped';

export interface Check {
  readonly name: CheckName;
  readonly state: CheckState;
  /** One sentence for a person. */
  readonly detail: string;
}

export const passed = (name: CheckName, detail: string): Check => ({ name, state: 'passed', detail });
export const failed = (name: CheckName, detail: string): Check => ({ name, state: 'failed', detail });
export const missing = (name: CheckName, detail: string): Check => ({ name, state: 'missing', detail });
export const skipped = (name: CheckName, detail: string): Check => ({ name, state: 'skipped', detail });
