/**
 * Predicate types of our statements, compared exactly. They have no scheme, as in all earlier releases; in-toto asks for
 * a URI, which may be relative, and cosign takes them with `--type`.
 */
export const PREDICATE_TYPES = {
  /** Output of a decision. */
  verdict: 'stella.ops/verdict@v1',
  /** Identity of a bundle: its subject is the manifest. */
  manifest: 'stella.ops/manifest@v1',
  /** How a promotion ended: its subjects are the images of the release. */
  promotion: 'stella.ops/promotion@v1',
  /** What a deployment did on every target: its subjects are the images of the release. */
  deployment: 'stella.ops/deployment@v1',
  /** A part of the audit trail: its subjects are the entries and the manifest of the package that holds them. */
  audit: 'stella.ops/audit@v1',
} as const;
