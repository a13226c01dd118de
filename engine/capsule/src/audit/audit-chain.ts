import {
  AppError,
  decodeOrThrow,
  type Digest,
  digestOf,
  parseCanonicalJson,
  shape as s,
  type Timestamp,
} from '@stella-ops/engine-kernel';

/** A part of a tenant's audit trail without gaps, and what it hangs on. */
export interface AuditRange {
  readonly tenantId: string;
  /** Numbers of the first and last entry; the trail begins at 1. */
  readonly first: number;
  readonly last: number;
  readonly entries: number;
  /** Hash of the entry before the first one: what the chain was at. Zeros before the entry 1. */
  readonly before: Digest;
  /** Hash of the last entry: what the chain came to. */
  readonly after: Digest;
  /** Times of the first and last entry, as they state them. */
  readonly firstAt: Timestamp;
  readonly lastAt: Timestamp;
}

/** Details differ by action and are not looked at: the hash covers them. */
const Entry = s.object(
  {
    tenantId: s.string({ max: 100 }),
    sequence: s.integer({ min: 1 }),
    previous: s.digest,
    at: s.string({ max: 100 }),
  },
  'open',
);

/** Hash before the entry 1. */
const CHAIN_START = `sha256:${'0'.repeat(64)}`;

/**
 * Follows the chain of an audit trail: an entry is RFC 8785 JSON, its hash the SHA-256 of these bytes, and it names the
 * hash of the entry before. Begins wherever the first entry stands; stays at the first entry that does not follow.
 */
export class AuditChain {
  #range: AuditRange | undefined;
  #fault: string | undefined;

  /** What was followed so far; undefined before the first entry. */
  get range(): AuditRange | undefined {
    return this.#range;
  }

  /**
   * Takes the next entry.
   *
   * @param entry bytes as they were hashed
   * @returns why it cannot follow, as a sentence; later entries give the same one
   */
  accept(entry: Uint8Array): string | undefined {
    this.#fault ??= this.#follow(entry);
    return this.#fault;
  }

  #follow(bytes: Uint8Array): string | undefined {
    const before = this.#range;
    const expected = before === undefined ? undefined : before.last + 1;
    let entry;
    try {
      entry = decodeOrThrow(Entry, parseCanonicalJson(bytes, 'entry'), 'entry');
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return `${expected === undefined ? 'the first entry' : `the entry ${expected}`} cannot be read: ${error.message}`;
    }
    const { tenantId, sequence, previous, at } = entry;
    const after = digestOf(bytes);
    if (before === undefined) {
      if (sequence === 1 && previous !== CHAIN_START) return 'the entry 1 names an entry before it';
      const end = { first: sequence, last: sequence, firstAt: at, lastAt: at };
      this.#range = { tenantId, ...end, entries: 1, before: previous, after };
      return undefined;
    }
    if (sequence !== expected) {
      return sequence > before.last
        ? `the entry ${expected} is missing: the entry ${sequence} stands in its place`
        : `the entry ${sequence} stands where the entry ${expected} should be`;
    }
    if (tenantId !== before.tenantId) return `the entry ${sequence} is of another tenant`;
    if (previous !== before.after) {
      return `the entry ${sequence} does not follow the entry ${before.last}: one of them was changed or replaced`;
    }
    this.#range = { ...before, last: sequence, entries: before.entries + 1, after, lastAt: at };
    return undefined;
  }
}
