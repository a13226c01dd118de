import type { BundleManifest } from '@stella-ops/engine-archive';
import { readStatement } from '@stella-ops/engine-envelope';
import { type Digest, digestOf } from '@stella-ops/engine-kernel';
import { parseVerdict, type Verdict } from '@stella-ops/engine-policy';
import { parseDecisionInput } from './decision-input.ts';
import { fail } from './errors.ts';
import { type Blobs, evaluateDecision, type Evaluation } from './evaluate-decision.ts';
import { DECISION_INPUT, EVIDENCE, EVIDENCE_ROLES, VERDICT, VERDICT_SEAL } from './members.ts';
import { openCapsule, type OpenedCapsule, payloadOf } from './open-capsule.ts';
import type { DecisionInput } from './types.ts';

/** What a capsule holds, as far as it can be read. Nothing of it is verified. */
export interface Capsule {
  readonly opened: OpenedCapsule;
  readonly manifest: BundleManifest;
  readonly input: DecisionInput;
  readonly inputDigest: Digest;
  /** The documents as they are in the capsule, whatever the decision input says. */
  readonly blobs: Blobs;
  readonly digests: Pick<DecisionInput, keyof typeof EVIDENCE>;
  readonly verdict?: Verdict;
  /** Digest of `verdict.json` by the signed statement. */
  readonly signedVerdict?: Digest;
  /** Digest of `verdict.json` as it is; it may have been removed. */
  readonly verdictDigest?: Digest;
}

/**
 * Reads a capsule to show, replay or compare it. `verdict.json` and seals may be missing; whatever a decision needs may
 * not.
 *
 * @param name of the file that the capsule is in, for the place of errors: `name/member`
 * @throws AppError `CAPSULE_UNREADABLE` that names the first fault of the archive, and what the readers of decision input
 *   and verdict throw
 */
export async function readCapsule(bytes: Uint8Array, name?: string): Promise<Capsule> {
  const within = (file: string): string => (name === undefined ? file : `${name}/${file}`);
  const opened = await openCapsule(bytes);
  const { manifest, files } = opened;
  if (manifest === undefined) throw unreadable(opened, 'manifest.json', within);
  const member = (file: string): Buffer => {
    const found = files.get(file);
    if (found === undefined) throw unreadable(opened, file, within);
    return found;
  };
  const inputBytes = member(DECISION_INPUT);
  const evidence = EVIDENCE_ROLES.map((role) => [role, member(EVIDENCE[role])] as const);
  const verdict = files.get(VERDICT);
  const signed = signedVerdict(opened.seals.get(VERDICT_SEAL));
  return {
    opened,
    manifest,
    input: parseDecisionInput(inputBytes, within(DECISION_INPUT)),
    inputDigest: digestOf(inputBytes),
    blobs: new Map(evidence.map(([, raw]) => [digestOf(raw), raw])),
    digests: Object.fromEntries(evidence.map(([role, raw]) => [role, digestOf(raw)])) as Capsule['digests'],
    ...(verdict === undefined
      ? {}
      : { verdict: parseVerdict(verdict, within(VERDICT)), verdictDigest: digestOf(verdict) }),
    ...(signed === undefined ? {} : { signedVerdict: signed }),
  };
}

/** Decides again, from the documents as they are in the capsule. @throws what {@link evaluateDecision} throws */
export function evaluateCapsule({ input, digests, blobs }: Capsule): Evaluation {
  return evaluateDecision({ ...input, ...digests }, blobs);
}

function signedVerdict(seal: Uint8Array | undefined): Digest | undefined {
  const payload = payloadOf(seal);
  const read = payload === undefined ? undefined : readStatement(payload);
  const subjects = read?.ok === true ? read.value.subjects : [];
  const hex = subjects.find(({ name }) => name === VERDICT)?.digest['sha256'];
  return hex === undefined ? undefined : `sha256:${hex}`;
}

function unreadable({ faults }: OpenedCapsule, file: string, within: (file: string) => string) {
  const fault = faults.find((one) => one.file === file) ?? faults[0];
  return fail('CAPSULE_UNREADABLE', `the capsule cannot be read: ${fault?.detail ?? 'the file is missing'}`, {
    place: { file: within(fault?.file ?? file) },
    details: { faults },
  });
}
