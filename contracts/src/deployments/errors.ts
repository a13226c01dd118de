import { EXIT } from '@stella-ops/engine-kernel/errors';
import type { ErrorTable } from '../errors.ts';

export const DEPLOYMENTS_ERRORS = {
  TARGET_NAME_TAKEN: { status: 409, exit: EXIT.invalid, hint: 'Choose another name.' },
  TARGET_IN_USE: { status: 409, exit: EXIT.invalid, hint: 'Wait until its deployment has ended, or cancel that.' },
  TARGET_AGENT: { status: 422, exit: EXIT.notFound, hint: 'Name an agent of "stella agent list".' },
  TARGETS_MISSING: { status: 409, exit: EXIT.invalid, hint: 'Add a target with "stella target add".' },
  TEMPLATE_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Correct the member named; the guide lists what is supported.',
  },
  TEMPLATE_MISSING: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Give the environment a template with "stella env template".',
  },
  DEPLOYMENT_STATE: { status: 409, exit: EXIT.invalid, hint: 'Read the deployment: its state does not allow this.' },
  DEPLOYMENT_RUNS: {
    status: 409,
    exit: EXIT.retry,
    retryable: true,
    hint: 'One deployment of an environment runs at a time.',
  },
  ROLLBACK_UNKNOWN: { status: 422, exit: EXIT.notFound, hint: 'Name a release that was deployed here before.' },
  ENROLMENT_INVALID: {
    status: 403,
    exit: EXIT.verification,
    hint: 'The token counts once and for an hour: make another with "stella agent enrol".',
  },
  CSR_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Send a PEM certificate request with a P-256 key.' },
  PLATFORM_MISSING: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Build the image for the platform of the target, and release it.',
  },
  AUTHORITY_UNAVAILABLE: {
    status: 503,
    exit: EXIT.unexpected,
    hint: 'The master key does not open the key of the agent authority: check STELLA_MASTER_KEY_FILE.',
  },
  LEASE_LOST: {
    status: 409,
    exit: EXIT.retry,
    hint: 'Another lease of the task has begun: stop working on it and ask for tasks again.',
  },
} as const satisfies ErrorTable;
