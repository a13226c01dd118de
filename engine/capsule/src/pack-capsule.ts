import { bundleBytes, packBundle } from '@stella-ops/engine-archive';
import { canonicalBytes, digestOf, type Timestamp } from '@stella-ops/engine-kernel';
import type { Decision } from './decide.ts';
import { README_TEXT, VERIFY_SH } from './documentation.ts';
import { fail } from './errors.ts';
import {
  DECISION_INPUT,
  EVIDENCE,
  EVIDENCE_ROLES,
  MANIFEST_SEAL,
  README,
  VERDICT,
  VERDICT_SEAL,
  VERIFY_SCRIPT,
} from './members.ts';
import { manifestStatement, verdictStatement } from './statements.ts';

export const CAPSULE_KIND = 'capsule';
export const CAPSULE_MEDIA_TYPE = 'application/vnd.stella.capsule.v1.tar+zstd';

export interface PackCapsuleOptions {
  /** in-toto statement → bytes of the Sigstore bundle over it, signed and logged: `signStatement`, or a service that signs. */
  readonly attest: (statement: Uint8Array) => Uint8Array | Promise<Uint8Array>;
  /** Stands in the manifest; no decision depends on it. */
  readonly created: Timestamp;
  /** Name and version of the program, for whoever looks for the rules of this capsule later. */
  readonly producer?: string;
}

/**
 * Packs a decision with its evidence into a signed and logged capsule: a zstd Bundle of kind `capsule`. Equal decisions
 * give equal bytes but for what the log answers and for signatures that are random by their algorithm.
 *
 * @throws what `attest` throws; AppError `ENCODING_INVALID` when `created` is no time
 */
export async function packCapsule(decision: Decision, options: PackCapsuleOptions): Promise<Buffer> {
  const { input, inputDigest, verdict, verdictBytes, verdictDigest } = decision;
  const { attest, created, producer } = options;
  const evidence = EVIDENCE_ROLES.map((role) => {
    const bytes = decision.blobs.get(input[role]);
    if (bytes === undefined) throw fail('DECISION_BLOB_MISSING', `${role} ${input[role]} is not at hand`);
    return bundleBytes(EVIDENCE[role], bytes);
  });
  const archive = packBundle({
    kind: CAPSULE_KIND,
    created,
    annotations: { decision: inputDigest, outcome: verdict.outcome, ...(producer === undefined ? {} : { producer }) },
    files: [
      bundleBytes(DECISION_INPUT, canonicalBytes(input)),
      ...evidence,
      bundleBytes(VERDICT, verdictBytes),
      bundleBytes(README, Buffer.from(README_TEXT)),
      bundleBytes(VERIFY_SCRIPT, Buffer.from(VERIFY_SH)),
    ],
    seal: async (manifest) => {
      const aboutVerdict = verdictStatement(input, inputDigest, verdict, verdictDigest);
      const aboutManifest = manifestStatement(digestOf(manifest), inputDigest);
      return [
        { path: VERDICT_SEAL, content: await attest(aboutVerdict) },
        { path: MANIFEST_SEAL, content: await attest(aboutManifest) },
      ];
    },
    compression: 'zstd',
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive) chunks.push(chunk);
  return Buffer.concat(chunks);
}
