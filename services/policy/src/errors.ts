import { API_ERRORS } from '@stella-ops/contracts';
import { POLICY_SERVICE_ERRORS } from '@stella-ops/contracts/policy';
import { errorFactory, EXIT } from '@stella-ops/engine-kernel/errors';

/** Faults of the installation. Callers see code and hint, the log the rest. */
export const POLICY_FAULTS = {
  EVIDENCE_UNREADABLE: {
    status: 500,
    exit: EXIT.unexpected,
    hint: 'A stored document that the decision needs is missing or damaged; the log names it.',
  },
  JUDGE_STOPPED: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'The decision was broken off; try again.',
  },
} as const;

export const fail = errorFactory({ ...API_ERRORS, ...POLICY_SERVICE_ERRORS, ...POLICY_FAULTS });
