export { auditLog } from './audit-log.ts';
export { checkLog, type LogEnd, logEnd } from './check-log.ts';
export { type Log, type LogOptions, openLog } from './open-log.ts';
