import { decodeOrThrow, parseCanonicalJson, shape } from '@stella-ops/engine-kernel';
import { subjectShape } from '@stella-ops/engine-inventory';
import type { Verdict } from './types.ts';

const { array, boolean, digest, either, integer, literal, number, object, optional, record, string } = shape;

const text = string();
const action = literal('allow', 'warn', 'deny', 'pending');
const scalar = either(either(number(), boolean), text);

const verdictShape: shape.Shape<Verdict> = object({
  format: literal('stella.verdict/v1'),
  subject: subjectShape,
  outcome: literal('allow', 'deny', 'pending'),
  reasons: array(
    object({
      code: text,
      rule: text,
      action,
      sentence: text,
      fix: optional(text),
      finding: optional(object({ vulnerability: text, component: text })),
    }),
  ),
  counts: record(integer({ min: 0 })),
  policy: object({
    name: text,
    version: text,
    digest,
    params: record(scalar),
    defaults: object({ finding: action, unknownSeverity: action, notEvaluated: action, gap: action, coverage: action }),
    rules: array(
      object({
        id: text,
        on: literal('finding', 'gap', 'coverage', 'subject'),
        when: text,
        action,
        code: text,
        exceptable: boolean,
        states: optional(array(literal('affected', 'not-evaluated'))),
      }),
    ),
  }),
  exceptions: array(object({ id: text, state: literal('applied', 'unused', 'expired', 'not-yet'), expiresAt: text })),
  trace: array(
    object({
      rule: text,
      on: text,
      target: text,
      action,
      exception: optional(object({ id: text, state: literal('applied', 'expired', 'not-yet') })),
      values: record(either(scalar, literal(null))),
    }),
  ),
  evaluatedAt: text,
});

/**
 * Reads a verdict as it is stored: the RFC 8785 form of what `evaluate` gave.
 *
 * @throws AppError `JSON_NOT_CANONICAL`, `SHAPE_INVALID` and what the JSON reader throws
 */
export function parseVerdict(bytes: Uint8Array, file: string): Verdict {
  return decodeOrThrow(verdictShape, parseCanonicalJson(bytes, file), file);
}
