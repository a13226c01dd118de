export { AuditChain, type AuditRange } from './audit/audit-chain.ts';
export {
  AUDIT_ENTRIES,
  AUDIT_MEDIA_TYPE,
  AUDIT_SEAL,
  type AuditExport,
  auditStatement,
  packAudit,
} from './audit/audit-export.ts';
export { type AuditVerification, verifyAudit } from './audit/verify-audit.ts';
export { compareJson, type Difference } from './compare-json.ts';
export { decide, type Decision, type DecisionRequest } from './decide.ts';
export { parseDecisionInput, SEMANTICS } from './decision-input.ts';
export { type CapsuleDiff, diffCapsules, type FindingsDiff } from './diff-capsules.ts';
export { CAPSULE_ERRORS } from './errors.ts';
export { type Blobs, evaluateDecision, type Evaluation } from './evaluate-decision.ts';
export type { CapsuleFault, OpenedCapsule } from './open-capsule.ts';
export { EVIDENCE_ROLES, type EvidenceRole } from './members.ts';
export { CAPSULE_MEDIA_TYPE, packCapsule, type PackCapsuleOptions } from './pack-capsule.ts';
export { type Capsule, evaluateCapsule, readCapsule } from './read-capsule.ts';
export { type CapsuleReplay, replayCapsule, type ReplayDifference } from './replay-capsule.ts';
export { verdictStatement } from './statements.ts';
export * from './types.ts';
export { type CapsuleCheck, type CapsuleVerification, verifyCapsule } from './verify-capsule.ts';
