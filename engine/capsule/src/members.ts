/** Documents that a decision depends on, by their member of the decision input. */
export const EVIDENCE = {
  inventory: 'inventory.json',
  slice: 'slice.json',
  vex: 'vex.json',
  policy: 'policy.yaml',
  exceptions: 'exceptions.json',
} as const;
export type EvidenceRole = keyof typeof EVIDENCE;
export const EVIDENCE_ROLES = Object.keys(EVIDENCE) as readonly EvidenceRole[];

export const DECISION_INPUT = 'decision-input.json';
export const VERDICT = 'verdict.json';

/** For people; no decision depends on them. */
export const README = 'README.txt';
export const VERIFY_SCRIPT = 'verify.sh';

export const MEMBERS: readonly string[] = [
  DECISION_INPUT,
  ...Object.values(EVIDENCE),
  README,
  VERDICT,
  VERIFY_SCRIPT,
].sort();

/** Signatures: over the verdict, and over the manifest and with it over every member. */
export const VERDICT_SEAL = 'verdict.sigstore.json';
export const MANIFEST_SEAL = 'manifest.sigstore.json';
export const SEALS: readonly string[] = [MANIFEST_SEAL, VERDICT_SEAL];
