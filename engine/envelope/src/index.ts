export type { Read } from './attempt.ts';
export { signArtifact, signStatement } from './attest.ts';
export { BUNDLE_MEDIA_TYPE, bundleBytes, createBundle, signMessage } from './bundle.ts';
export type { Bundle, BundleContent, MessageSignature } from './bundle.ts';
export type { Check, CheckName, CheckState } from './checks.ts';
export { writeCosignKey } from './cosign-key.ts';
export { envelopeBytes, pae, readEnvelope, signEnvelope, verifyEnvelope } from './dsse.ts';
export type { Envelope, EnvelopeVerdict } from './dsse.ts';
export { ENVELOPE_ERRORS } from './errors.ts';
export { hashedRekordBytes, hashedRekordOfDigest, readHashedRekord } from './hashedrekord.ts';
export type { HashedRekord } from './hashedrekord.ts';
export { logEntry, logEntryJson } from './log-entry.ts';
export type { EvidenceLog, InclusionProof, LogEntry } from './log-entry.ts';
export { PREDICATE_TYPES } from './predicate-types.ts';
export { hintOf, publicKeyPem, readPublicKey, verifySignature } from './public-key.ts';
export type { KeyDetails, PublicKey } from './public-key.ts';
export { readBundle } from './read-bundle.ts';
export { generateKey, KeySigner, signerFromPem } from './signer.ts';
export type { Signer } from './signer.ts';
export { IN_TOTO_PAYLOAD_TYPE, readStatement, STATEMENT_TYPE, statementBytes } from './statement.ts';
export type { DigestSet, Statement, StatementInput } from './statement.ts';
export {
  mergeTrust,
  readTrust,
  TRUST_MEDIA_TYPE,
  trustedKey,
  trustedLog,
  writeTrust,
  writeTrustedRoot,
} from './trust.ts';
export type { TrustedKey, TrustedLog, TrustMaterial, Validity } from './trust.ts';
export { verifyDigestSignature } from './verify-digest-signature.ts';
export { verifyBundle } from './verify-bundle.ts';
export type { Verification, VerifyOptions } from './verify-bundle.ts';
export { verifyLogEntry } from './verify-log-entry.ts';
export type { LogOptions, LogVerdict } from './verify-log-entry.ts';
