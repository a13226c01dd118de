import { PREDICATE_TYPES, statementBytes } from '@stella-ops/engine-envelope';
import { type Digest, sortedUnique } from '@stella-ops/engine-kernel';
import type { Verdict } from '@stella-ops/engine-policy';
import { VERDICT } from './members.ts';
import type { DecisionInput } from './types.ts';

/**
 * What is said about a verdict: its subjects are the image (where it has a digest) and the file `verdict.json`, so that
 * a verifier who holds either can look it up. A capsule is verified by making its statements again, so their form is
 * frozen: another form is another predicate type.
 */
export function verdictStatement(
  input: DecisionInput,
  inputDigest: Digest,
  verdict: Verdict,
  verdictDigest: Digest,
): Buffer {
  const { subject } = input;
  const image = subject.digest === undefined ? [] : [{ name: subject.name, digest: subject.digest }];
  return statementBytes({
    subjects: [{ name: VERDICT, digest: verdictDigest }, ...image],
    predicateType: PREDICATE_TYPES.verdict,
    predicate: {
      decisionInput: inputDigest,
      outcome: verdict.outcome,
      reasonCodes: sortedUnique(verdict.reasons.map(({ code }) => code)),
      policy: { name: verdict.policy.name, version: verdict.policy.version, digest: verdict.policy.digest },
      environment: input.environment,
      evaluatedAt: input.evaluatedAt,
      semantics: input.semantics,
    },
  });
}

/** What is said about the manifest, and by its digests about every member. */
export function manifestStatement(manifestDigest: Digest, inputDigest: Digest): Buffer {
  return statementBytes({
    subjects: [{ name: 'manifest.json', digest: manifestDigest }],
    predicateType: PREDICATE_TYPES.manifest,
    predicate: { decisionInput: inputDigest },
  });
}
