import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const DATABASE_ERRORS = {
  DATABASE_LOCKED: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Stop the other process, or choose another data directory.',
  },
  DATABASE_DATA_UNUSABLE: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'Use the data directory with the release that wrote it, or restore a backup into an empty one.',
  },
  DATABASE_UNAVAILABLE: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Check that the database runs and can be reached; a change that was being committed may or may not stand.',
  },
  DATABASE_CONFLICT: {
    status: 409,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Another transaction changed the same rows; run the whole transaction again.',
  },
  DATABASE_TIMEOUT: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The statement ran longer than its limit; narrow it, or try when the database is less busy.',
  },
  DATABASE_FULL: {
    status: 507,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Free disk space where the database keeps its files.',
  },
  DATABASE_TOO_OLD: { status: 500, exit: EXIT.unexpected, hint: 'Upgrade the server to PostgreSQL 15 or newer.' },
  DATABASE_NOT_DURABLE: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'Set fsync, full_page_writes and synchronous_commit to on; without them a crash loses committed changes.',
  },
  DATABASE_ROLES_MISSING: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'Let an administrator run the statements in details.statements once, then start again.',
  },
  TRANSACTION_NESTED: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'Use the transaction handle; work across services is an event or a job.',
  },
  TENANT_INVALID: { status: 400, exit: EXIT.invalid, hint: 'A tenant id is a UUID in lower case.' },
  SCHEMA_NEWER: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'A newer release has migrated this database; run that release or a newer one.',
  },
  MIGRATION_CHANGED: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'An applied migration must stay as it is; put the change into a new one.',
  },
  MIGRATION_INVALID: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'Name migrations 0001_what.sql, without gaps, and leave transactions to the runner.',
  },
  MIGRATION_FAILED: { status: 500, exit: EXIT.unexpected, hint: 'The database is as it was before this migration.' },
} as const;

export const fail = errorFactory(DATABASE_ERRORS);
