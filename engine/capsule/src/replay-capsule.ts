import { type TrustMaterial, verifyBundle } from '@stella-ops/engine-envelope';
import { AppError, canonicalBytes, type Digest, digestOf, formatPlace } from '@stella-ops/engine-kernel';
import type { Outcome } from '@stella-ops/engine-policy';
import { compareJson } from './compare-json.ts';
import { EVIDENCE_ROLES, VERDICT_SEAL } from './members.ts';
import { type Capsule, evaluateCapsule, readCapsule } from './read-capsule.ts';

/** One place where the replay differs from the record. A side that has nothing there is absent. */
export interface ReplayDifference {
  /** `policy.params.threshold`, `decision-input.slice`, `verdict.json`. */
  readonly path: string;
  readonly recorded?: unknown;
  readonly replayed?: unknown;
}

export interface CapsuleReplay {
  /** `identical`: the same verdict to the byte. `mismatch`: another one, or other documents. `failed`: no verdict. */
  readonly status: 'identical' | 'mismatch' | 'failed';
  /** Of the replay. */
  readonly verdictDigest?: Digest;
  readonly outcome?: Outcome;
  /** By the signed statement, else of `verdict.json`. */
  readonly recordedDigest?: Digest;
  /** Causes before effects, at most 200. */
  readonly differences: readonly ReplayDifference[];
  /** Whether the record is signed by a trusted key and logged; without trust nobody knows. */
  readonly record: 'verified' | 'unverified';
  /** Why it failed: a code of this or another package, such as `ENGINE_VERSION_UNAVAILABLE`. */
  readonly code?: string;
  readonly detail?: string;
}

const MAX_DIFFERENCES = 200;

/**
 * Decides again from the documents of a capsule, and compares with what was recorded. Uses no clock, network or file.
 * `verdict.json` may have been removed: the signed statement knows its digest.
 *
 * @param trust who may have signed the record; without it the record is taken as it stands, and `record` says so
 */
export async function replayCapsule(
  bytes: Uint8Array,
  options: { readonly trust?: TrustMaterial } = {},
): Promise<CapsuleReplay> {
  try {
    const capsule = await readCapsule(bytes);
    const refused = refusedSeal(capsule, options.trust);
    if (refused !== undefined) return { status: 'failed', differences: [], record: 'unverified', ...refused };
    return compare(capsule, options.trust === undefined ? 'unverified' : 'verified');
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const place = formatPlace(error.place);
    const detail = place === '' ? error.message : `${place}: ${error.message}`;
    return { status: 'failed', differences: [], record: 'unverified', code: error.code, detail };
  }
}

function compare(capsule: Capsule, record: CapsuleReplay['record']): CapsuleReplay {
  const { input, digests, verdict: recorded, verdictDigest: stored, signedVerdict } = capsule;
  const recordedDigest = signedVerdict ?? stored;
  if (recordedDigest === undefined) {
    const detail = 'neither a verdict nor a statement about one is in the capsule';
    return { status: 'failed', differences: [], record, code: 'RECORDED_VERDICT_MISSING', detail };
  }
  const { verdict } = evaluateCapsule(capsule);
  const verdictDigest = digestOf(canonicalBytes(verdict));

  const differences: ReplayDifference[] = EVIDENCE_ROLES.filter((role) => digests[role] !== input[role]).map(
    (role) => ({ path: `decision-input.${role}`, recorded: input[role], replayed: digests[role] }),
  );
  if (stored !== undefined && stored !== recordedDigest) {
    differences.push({ path: 'verdict.json', recorded: recordedDigest, replayed: stored });
  }
  if (recorded !== undefined) {
    for (const { path, before, after } of compareJson(recorded, verdict).sort(byCause)) {
      differences.push({
        path,
        ...(before === undefined ? {} : { recorded: before }),
        ...(after === undefined ? {} : { replayed: after }),
      });
    }
  } else if (verdictDigest !== recordedDigest) {
    differences.push({ path: 'verdict.json', recorded: recordedDigest, replayed: verdictDigest });
  }
  return {
    status: verdictDigest === recordedDigest && differences.length === 0 ? 'identical' : 'mismatch',
    verdictDigest,
    outcome: verdict.outcome,
    recordedDigest,
    differences: differences.slice(0, MAX_DIFFERENCES),
    record,
  };
}

function refusedSeal(
  { opened }: Capsule,
  trust: TrustMaterial | undefined,
): Required<Pick<CapsuleReplay, 'code' | 'detail'>> | undefined {
  if (trust === undefined) return undefined;
  const seal = opened.seals.get(VERDICT_SEAL);
  if (seal === undefined) return { code: 'SEAL_MISSING', detail: `${VERDICT_SEAL} is missing` };
  const verification = verifyBundle(seal, { trust, log: 'required', strict: true });
  if (verification.ok) return undefined;
  const { name, detail } = verification.failed;
  const code = verification.status === 'invalid' ? 'SEAL_INVALID' : 'SEAL_UNVERIFIABLE';
  return { code, detail: `${VERDICT_SEAL}: ${name}: ${detail}` };
}

/** What a policy says comes before what follows from it. */
const CAUSES = ['policy.params', 'policy.defaults', 'policy.rules', 'policy', 'exceptions', 'outcome', 'reasons'];

function byCause(a: { readonly path: string }, b: { readonly path: string }): number {
  return rank(a.path) - rank(b.path);
}

function rank(path: string): number {
  const index = CAUSES.findIndex((cause) => path.startsWith(cause));
  return index === -1 ? CAUSES.length : index;
}
