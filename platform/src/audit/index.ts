export { AUDIT_SCHEMA } from './audit-schema.ts';
export { type AuditRow, readAuditEnd, readAuditRows } from './read-audit.ts';
export {
  type AuditActor,
  auditActor,
  type AuditFact,
  type AuditTarget,
  CHAIN_START,
  recordAudit,
  recordAudits,
} from './record-audit.ts';
export { requestAudit } from './request-audit.ts';
