import { MATCH_SEMANTICS } from '@stella-ops/engine-advisories';
import { subjectShape } from '@stella-ops/engine-inventory';
import { decodeOrThrow, parseCanonicalJson, parseTimestamp, type Shape, shape } from '@stella-ops/engine-kernel';
import { LATTICE_SEMANTICS, POLICY_SEMANTICS } from '@stella-ops/engine-policy';
import { VEX_SEMANTICS } from '@stella-ops/engine-vex';
import { fail } from './errors.ts';
import type { DecisionInput } from './types.ts';

/** Versions of the rules that this release has. They change only when output may change (ARCHITECTURE, section 1). */
export const SEMANTICS: DecisionInput['semantics'] = {
  match: MATCH_SEMANTICS,
  vex: VEX_SEMANTICS,
  lattice: LATTICE_SEMANTICS,
  policy: POLICY_SEMANTICS,
};

const version = shape.integer({ min: 1 });
const optionalDigest = shape.either(shape.digest, shape.literal(null));

const decisionInputShape: Shape<DecisionInput> = shape.object({
  format: shape.literal('stella.decision-input/v1'),
  subject: subjectShape,
  inventory: shape.digest,
  slice: shape.digest,
  vex: shape.digest,
  reachability: optionalDigest,
  policy: shape.digest,
  exceptions: shape.digest,
  approvals: optionalDigest,
  environment: shape.either(shape.string({ max: 200 }), shape.literal(null)),
  previousVerdict: optionalDigest,
  evaluatedAt: shape.string({ max: 40 }),
  semantics: shape.object({ match: version, vex: version, lattice: version, policy: version }),
});

/**
 * Reads a decision input as it is stored, in RFC 8785 form.
 *
 * @throws AppError `DECISION_INPUT_INVALID`, `JSON_NOT_CANONICAL`, `SHAPE_INVALID` and what the JSON reader throws
 */
export function parseDecisionInput(bytes: Uint8Array, file: string): DecisionInput {
  const input = decodeOrThrow(decisionInputShape, parseCanonicalJson(bytes, file), file);
  if (parseTimestamp(input.evaluatedAt) !== input.evaluatedAt) {
    throw fail('DECISION_INPUT_INVALID', 'the time of the decision is not in UTC with milliseconds', {
      place: { file, pointer: '/evaluatedAt' },
    });
  }
  return input;
}

/**
 * A decision can only be made again by the rules that made it.
 *
 * @throws AppError `ENGINE_VERSION_UNAVAILABLE` that names the rules and their version
 */
export function assertSemantics({ semantics }: DecisionInput): void {
  for (const [rules, wanted] of Object.entries(semantics)) {
    const present = SEMANTICS[rules as keyof DecisionInput['semantics']];
    if (wanted === present) continue;
    throw fail('ENGINE_VERSION_UNAVAILABLE', `version ${wanted} of the ${rules} rules is needed, here is ${present}`, {
      details: { rules, wanted, present },
    });
  }
}
