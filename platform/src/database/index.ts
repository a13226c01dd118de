export { DATABASE_ERRORS } from './errors.ts';
export { openDatabase } from './open-database.ts';
export { retryConflicts } from './retry-conflicts.ts';
export { ROLES } from './roles.ts';
export { assertNoTransaction } from './transaction-context.ts';
export { isUniqueViolation } from './translate-error.ts';
export type { Database, DatabaseOptions, Subscription, TransactionOptions, Work } from './types.ts';
export { json } from './value-types.ts';
