import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const POLICY_ERRORS = {
  POLICY_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Correct the policy pack at the place named.' },
  EXCEPTIONS_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Correct the exceptions at the place named.' },
} as const;

export const fail = errorFactory(POLICY_ERRORS);
