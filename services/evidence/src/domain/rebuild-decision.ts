import type { Decision as DecisionRow } from '@stella-ops/contracts/policy';
import { type Decision, type DecisionInput, evaluateDecision } from '@stella-ops/engine-capsule';
import { AppError, canonicalBytes, type Digest, digestOf } from '@stella-ops/engine-kernel';

/** Why a decision is not sealed. `code` is an error code of the engine, or one of the two below. */
export interface Refusal {
  readonly ok: false;
  readonly code: string;
  readonly sentence: string;
}

export type Rebuilt = { readonly ok: true; readonly decision: Decision } | Refusal;

export const refusal = (code: string, sentence: string): Refusal => ({ ok: false, code, sentence });

/**
 * The decision of a recorded input, made again. What is sealed is thus what the documents lead to, never what a row
 * claims.
 *
 * @param input whose digest is the id of the decision
 * @param blobs every document that the input names, each checked against its digest here
 * @param recorded what policy says came out
 * @returns a refusal with `DECISION_MISMATCH` when something else came out, `SUBJECT_MISMATCH` when the evidence is of another image, or
 *   the code of what the documents lack
 */
export function rebuildDecision(
  input: DecisionInput,
  blobs: ReadonlyMap<Digest, Uint8Array>,
  recorded: Pick<DecisionRow, 'id' | 'imageDigest' | 'verdictDigest' | 'findingsDigest'>,
): Rebuilt {
  if (!isOfImage(input, recorded.imageDigest)) {
    return refusal('SUBJECT_MISMATCH', `the evidence is of another image than ${recorded.imageDigest}`);
  }
  const made = evaluated(input, blobs);
  if (!made.ok) return made;
  const { findings, verdict } = made.value;
  const verdictBytes = canonicalBytes(verdict);
  const verdictDigest = digestOf(verdictBytes);
  if (verdictDigest !== recorded.verdictDigest) {
    return refusal(
      'DECISION_MISMATCH',
      `the verdict comes out as ${verdictDigest}, recorded is ${recorded.verdictDigest}`,
    );
  }
  const findingsDigest = digestOf(canonicalBytes(findings));
  if (findingsDigest !== recorded.findingsDigest) {
    return refusal(
      'DECISION_MISMATCH',
      `the findings come out as ${findingsDigest}, recorded is ${recorded.findingsDigest}`,
    );
  }
  const inputDigest = digestOf(canonicalBytes(input));
  return { ok: true, decision: { input, inputDigest, findings, verdict, verdictBytes, verdictDigest, blobs } };
}

/** An SBOM's own digest is that of the document: which image it describes is a claim that is judged, not checked. */
function isOfImage({ subject }: DecisionInput, imageDigest: string): boolean {
  if (subject.kind !== 'image') return true;
  const digests: readonly (string | undefined)[] = [subject.digest, subject.indexDigest, subject.configDigest];
  return digests.includes(imageDigest);
}

function evaluated(input: DecisionInput, blobs: ReadonlyMap<Digest, Uint8Array>) {
  try {
    return { ok: true, value: evaluateDecision(input, blobs) } as const;
  } catch (error) {
    // Documents that are missing, changed or unreadable stay so; anything else is a fault of ours.
    if (!(error instanceof AppError)) throw error;
    return refusal(error.code, error.message);
  }
}
