import { readSlice } from '@stella-ops/engine-advisories';
import { type TrustMaterial, verifyBundle } from '@stella-ops/engine-envelope';
import { parseInventory } from '@stella-ops/engine-inventory';
import { canonicalJson, type Digest, digestOf, parseCanonicalJson } from '@stella-ops/engine-kernel';
import { type Outcome, packOrThrow, parseCanonicalExceptions, parseVerdict } from '@stella-ops/engine-policy';
import { readVexSet } from '@stella-ops/engine-vex';
import { parseDecisionInput } from './decision-input.ts';
import { DECISION_INPUT, EVIDENCE, EVIDENCE_ROLES, MANIFEST_SEAL, VERDICT, VERDICT_SEAL } from './members.ts';
import { type CapsuleFault, faultOf, openCapsule, type OpenedCapsule, payloadOf } from './open-capsule.ts';
import { manifestStatement, verdictStatement } from './statements.ts';

export interface CapsuleCheck {
  readonly name: string;
  /** The member it is about, where it is about one. */
  readonly file?: string;
  readonly state: 'passed' | 'failed' | 'missing' | 'skipped';
  readonly detail: string;
}

export interface CapsuleVerification {
  /**
   * `verified`: every byte is accounted for by two signatures of trusted keys that a trusted log holds. `invalid`:
   * something is wrong. `unverifiable`: nothing is, but trust to tell by is lacking.
   */
  readonly status: 'verified' | 'invalid' | 'unverifiable';
  /** Identity of the capsule: the digest of its manifest. */
  readonly capsule?: Digest;
  /** Id of the decision: the digest of its input. */
  readonly decision?: Digest;
  readonly outcome?: Outcome;
  /** What is wrong. */
  readonly faults: readonly CapsuleFault[];
  /** What could not be told, for lack of trust. */
  readonly lacking: readonly CapsuleFault[];
  readonly checks: readonly CapsuleCheck[];
}

/**
 * Verifies a capsule without believing anything in it: archive, documents, the digests that tie them together, both
 * signatures and their log proofs. Whether the decision follows from the documents is for `replayCapsule`.
 *
 * @param trust whose signatures and which logs count; without it only integrity is checked, and the answer is never
 *   better than `unverifiable`
 */
export async function verifyCapsule(
  bytes: Uint8Array,
  options: { readonly trust?: TrustMaterial } = {},
): Promise<CapsuleVerification> {
  const capsule = await openCapsule(bytes);
  return new CapsuleVerifier(capsule, options.trust ?? { keys: [], logs: [] }).verify();
}

class CapsuleVerifier {
  readonly #capsule: OpenedCapsule;
  readonly #trust: TrustMaterial;
  readonly #faults: CapsuleFault[] = [];
  readonly #checks: CapsuleCheck[] = [];
  readonly #lacking: CapsuleFault[] = [];

  constructor(capsule: OpenedCapsule, trust: TrustMaterial) {
    this.#capsule = capsule;
    this.#trust = trust;
  }

  verify(): CapsuleVerification {
    const { manifestDigest } = this.#capsule;
    this.#step('archive', 'every byte is as the manifest and the format ask', this.#capsule.faults);
    const input = this.#read(DECISION_INPUT, parseDecisionInput);
    const inventory = this.#read(EVIDENCE.inventory, parseInventory);
    const slice = this.#read(EVIDENCE.slice, (raw, file) => readSlice(parseCanonicalJson(raw, file), file));
    this.#read(EVIDENCE.vex, readVexSet);
    this.#read(EVIDENCE.policy, packOrThrow);
    this.#read(EVIDENCE.exceptions, parseCanonicalExceptions);
    const verdict = this.#read(VERDICT, parseVerdict);

    const inputDigest = input && digestOf(input.bytes);
    if (input !== undefined) {
      const faults: CapsuleFault[] = [];
      for (const role of EVIDENCE_ROLES) {
        const found = this.#capsule.files.get(EVIDENCE[role]);
        const expected = input.value[role];
        if (found === undefined || digestOf(found) === expected) continue;
        const detail = `the decision input names ${expected}, this is ${digestOf(found)}`;
        faults.push({ file: EVIDENCE[role], check: 'decision-input', detail });
      }
      if (slice !== undefined && slice.value.inventory !== input.value.inventory) {
        faults.push({ file: EVIDENCE.slice, check: 'decision-input', detail: 'it was cut for another inventory' });
      }
      if (verdict !== undefined) {
        const { evaluatedAt, policy } = verdict.value;
        if (evaluatedAt !== input.value.evaluatedAt || policy.digest !== input.value.policy) {
          faults.push({ file: VERDICT, check: 'decision-input', detail: 'it is of another time or policy' });
        }
      }
      this.#step('decision-input', 'the documents are those that the decision was made on', faults);

      const subject = canonicalJson(input.value.subject);
      const others = [
        [EVIDENCE.inventory, inventory?.value.subject],
        [VERDICT, verdict?.value.subject],
      ] as const;
      this.#step(
        'subject',
        'all documents speak of one subject',
        others
          .filter(([, other]) => other !== undefined && canonicalJson(other) !== subject)
          .map(([file]) => ({
            file,
            check: 'subject',
            detail: 'it speaks of another subject than the decision input',
          })),
      );
    }

    const aboutManifest =
      manifestDigest !== undefined && inputDigest !== undefined
        ? manifestStatement(manifestDigest, inputDigest)
        : undefined;
    this.#seal(MANIFEST_SEAL, aboutManifest);
    const aboutVerdict =
      input !== undefined && inputDigest !== undefined && verdict !== undefined
        ? verdictStatement(input.value, inputDigest, verdict.value, digestOf(verdict.bytes))
        : undefined;
    this.#seal(VERDICT_SEAL, aboutVerdict);

    return {
      status: this.#faults.length > 0 ? 'invalid' : this.#lacking.length > 0 ? 'unverifiable' : 'verified',
      ...(manifestDigest === undefined ? {} : { capsule: manifestDigest }),
      ...(inputDigest === undefined ? {} : { decision: inputDigest }),
      ...(verdict === undefined ? {} : { outcome: verdict.value.outcome }),
      faults: this.#faults,
      lacking: this.#lacking,
      checks: this.#checks,
    };
  }

  #step(name: string, sentence: string, faults: readonly CapsuleFault[], about: { readonly file?: string } = {}): void {
    this.#faults.push(...faults);
    const [first] = faults;
    this.#checks.push(
      first === undefined
        ? { name, ...about, state: 'passed', detail: sentence }
        : { name, ...about, state: 'failed', detail: `${first.file}: ${first.detail}` },
    );
  }

  /** A member that is missing or not whole is a fault of the archive already. */
  #read<T>(
    file: string,
    parse: (bytes: Buffer, file: string) => T,
  ): { readonly bytes: Buffer; readonly value: T } | undefined {
    const bytes = this.#capsule.files.get(file);
    if (bytes === undefined) return undefined;
    try {
      return { bytes, value: parse(bytes, file) };
    } catch (error) {
      this.#step('format', '', [faultOf(error, file, 'format')], { file });
      return undefined;
    }
  }

  /**
   * @param expected the statement that follows from the members; the signed one must be the same to the byte. Undefined
   *   when a member is missing, which is a fault already.
   */
  #seal(file: string, expected: Buffer | undefined): void {
    const bytes = this.#capsule.seals.get(file);
    if (bytes === undefined) {
      const detail = 'the seal is missing';
      // Where the archive could not be read on, that is the fault.
      if (this.#capsule.faults.length === 0) this.#faults.push({ file, check: 'missing', detail });
      this.#checks.push({ name: 'seal', file, state: 'failed', detail });
      return;
    }
    const verification = verifyBundle(bytes, { trust: this.#trust, log: 'required', strict: true });
    for (const { name, state, detail } of verification.checks) {
      this.#checks.push({ name, file, state, detail });
    }
    if (!verification.ok) {
      const { name: check, detail } = verification.failed;
      (verification.status === 'invalid' ? this.#faults : this.#lacking).push({ file, check, detail });
    }
    if (expected === undefined) return;
    const signed = payloadOf(bytes);
    const faults: CapsuleFault[] = [];
    if (signed !== undefined && !signed.equals(expected)) {
      faults.push({ file, check: 'statement', detail: 'what was signed does not follow from the members' });
    }
    this.#step('derivation', 'what was signed follows from the members', faults, { file });
  }
}
