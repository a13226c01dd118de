import type { Finding } from '@stella-ops/engine-advisories';
import { diffInventories, type InventoryDiff } from '@stella-ops/engine-inventory';
import type { Digest } from '@stella-ops/engine-kernel';
import type { Outcome } from '@stella-ops/engine-policy';
import { compareJson, type Difference } from './compare-json.ts';
import type { Evaluation } from './evaluate-decision.ts';
import { evaluateCapsule, readCapsule } from './read-capsule.ts';

interface Change<T> {
  readonly before: T;
  readonly after: T;
}

export interface FindingsDiff {
  readonly added: readonly Finding[];
  readonly removed: readonly Finding[];
  readonly changed: readonly { readonly finding: Finding; readonly differences: readonly Difference[] }[];
}

/** What changed from one decision to another. Empty lists where nothing did. */
export interface CapsuleDiff {
  readonly decision: Change<Digest>;
  readonly outcome: Change<Outcome>;
  readonly evaluatedAt: Change<string>;
  /** Subject, environment, semantics. */
  readonly input: readonly Difference[];
  readonly inventory: InventoryDiff;
  /** Advisory records that concern the image, and the snapshot they came from. */
  readonly advisories: readonly Difference[];
  readonly findings: FindingsDiff;
  /** Digests of exploitability documents. */
  readonly vex: { readonly added: readonly string[]; readonly removed: readonly string[] };
  readonly policy: readonly Difference[];
  readonly exceptions: readonly Difference[];
  readonly reasons: readonly Difference[];
}

/**
 * Compares two decisions, `before` and `after`. Both are made again from the documents in their capsules.
 *
 * @param names of the files that the capsules are in, for the place of errors
 * @throws AppError `CAPSULE_UNREADABLE`, `ENGINE_VERSION_UNAVAILABLE`, and what the readers of the documents throw
 */
export async function diffCapsules(
  before: Uint8Array,
  after: Uint8Array,
  names?: Change<string>,
): Promise<CapsuleDiff> {
  const left = await readCapsule(before, names?.before);
  const right = await readCapsule(after, names?.after);
  const a = evaluateCapsule(left);
  const b = evaluateCapsule(right);
  return {
    decision: { before: left.inputDigest, after: right.inputDigest },
    outcome: { before: a.verdict.outcome, after: b.verdict.outcome },
    evaluatedAt: { before: left.input.evaluatedAt, after: right.input.evaluatedAt },
    input: (['subject', 'environment', 'semantics'] as const).flatMap((member) =>
      compareJson(left.input[member], right.input[member], member),
    ),
    inventory: diffInventories(a.evidence.inventory, b.evidence.inventory),
    advisories: [
      ...compareJson(a.evidence.slice.snapshot, b.evidence.slice.snapshot, 'snapshot'),
      ...compareJson(recordsOf(a), recordsOf(b), 'records'),
    ],
    findings: diffFindings(a.findings.findings, b.findings.findings),
    vex: diffDigests(a.evidence.vex, b.evidence.vex),
    policy: compareJson(a.verdict.policy, b.verdict.policy),
    exceptions: compareJson(a.evidence.exceptions.exceptions, b.evidence.exceptions.exceptions),
    reasons: compareJson(a.verdict.reasons, b.verdict.reasons, 'reasons'),
  };
}

/** A record by its digest: which bytes of it changed is of no use to a reader. */
function recordsOf({ evidence }: Evaluation): { id: string; digest: Digest }[] {
  return evidence.slice.records.map(({ id, digest }) => ({ id, digest }));
}

function diffDigests(before: readonly { digest: Digest }[], after: readonly { digest: Digest }[]): CapsuleDiff['vex'] {
  const left = new Set(before.map(({ digest }) => digest));
  const right = new Set(after.map(({ digest }) => digest));
  return { added: [...right].filter((one) => !left.has(one)), removed: [...left].filter((one) => !right.has(one)) };
}

function diffFindings(before: readonly Finding[], after: readonly Finding[]): FindingsDiff {
  const key = ({ vulnerability, component }: Finding) => JSON.stringify([vulnerability, component]);
  const left = new Map(before.map((finding) => [key(finding), finding]));
  const right = new Set(after.map(key));
  const changed = after.map((finding) => {
    const old = left.get(key(finding));
    return { finding, differences: old === undefined ? [] : compareJson(old, finding) };
  });
  return {
    added: after.filter((finding) => !left.has(key(finding))),
    removed: before.filter((finding) => !right.has(key(finding))),
    changed: changed.filter(({ differences }) => differences.length > 0),
  };
}
