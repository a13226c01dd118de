export { auditLog } from './audit-log.ts';
export { type Log, type LogOptions, openLog } from './open-log.ts';
