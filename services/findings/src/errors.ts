import { API_ERRORS } from '@stella-ops/contracts';
import { EXIT, errorFactory } from '@stella-ops/engine-kernel';

/** Faults of its jobs; no caller meets them. */
export const FINDINGS_JOB_ERRORS = {
  DECISION_OBJECT_MISSING: {
    status: 500,
    exit: EXIT.unexpected,
    retryable: true,
    hint: 'Restore the object store to the state of the database.',
  },
} as const;

export const fail = errorFactory({ ...API_ERRORS, ...FINDINGS_JOB_ERRORS });
