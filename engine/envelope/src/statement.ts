import {
  canonicalBytes,
  decodeOrThrow,
  type Digest,
  hexOf,
  isDigest,
  parseJson,
  shape as s,
} from '@stella-ops/engine-kernel';
import { attempt, type Read } from './attempt.ts';
import { fail } from './errors.ts';

// in-toto Attestation Framework, Statement v1.

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const IN_TOTO_PAYLOAD_TYPE = 'application/vnd.in-toto+json';

/** Algorithm name to lower-case hex. */
export type DigestSet = Readonly<Record<string, string>>;

export interface Statement {
  readonly subjects: readonly { readonly name: string; readonly digest: DigestSet }[];
  readonly predicateType: string;
  /** As it stands in the payload; null when there is none. */
  readonly predicate: unknown;
}

export interface StatementInput {
  /** Written in the order given. A name that means nothing is `_`. */
  readonly subjects: readonly { readonly name: string; readonly digest: Digest }[];
  readonly predicateType: string;
  /** JSON. */
  readonly predicate: unknown;
}

/**
 * RFC 8785 bytes of a statement, the payload of an envelope.
 *
 * @throws AppError `STATEMENT_INVALID` without subjects, with a digest that is none, or without predicate type;
 *   `JSON_NOT_REPRESENTABLE`
 */
export function statementBytes({ subjects, predicateType, predicate }: StatementInput): Buffer {
  if (subjects.length === 0) throw fail('STATEMENT_INVALID', 'a statement needs a subject');
  if (predicateType === '') throw fail('STATEMENT_INVALID', 'a statement needs a predicate type');
  const subject = subjects.map(({ name, digest }) => {
    if (!isDigest(digest)) throw fail('STATEMENT_INVALID', `the subject "${name}" has no sha256 digest`);
    return { name, digest: { sha256: hexOf(digest) } };
  });
  return canonicalBytes({ _type: STATEMENT_TYPE, subject, predicateType, predicate });
}

const StatementShape = s.object(
  {
    // v0.1 differs in nothing that is read here.
    _type: s.literal(STATEMENT_TYPE, 'https://in-toto.io/Statement/v0.1'),
    subject: s.array(
      s.object(
        {
          name: s.optional(s.string()),
          digest: s.record(s.string({ max: 1000 }), { max: 100 }),
        },
        'open',
      ),
      { min: 1, max: 100_000 },
    ),
    predicateType: s.string({ min: 1, max: 1000 }),
    predicate: s.optional(s.anything),
  },
  'open',
);

/** Reads the payload of an envelope. Unknown members are passed over, as in-toto asks. */
export function readStatement(payload: Uint8Array): Read<Statement> {
  return attempt(() => {
    const read = decodeOrThrow(StatementShape, parseJson(payload, 'statement'), 'statement');
    const subjects = read.subject.map(({ name = '_', digest }) => ({ name, digest }));
    return { subjects, predicateType: read.predicateType, predicate: read.predicate ?? null };
  });
}
