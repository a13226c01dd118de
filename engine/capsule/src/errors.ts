import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const CAPSULE_ERRORS = {
  CAPSULE_UNREADABLE: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Give a file that "stella decide" wrote; verify it to see everything that is wrong with it.',
  },
  DECISION_INPUT_INVALID: {
    status: 422,
    exit: EXIT.verification,
    hint: 'The evidence does not fit the decision input; take the capsule from where it was made.',
  },
  DECISION_BLOB_MISSING: {
    status: 422,
    exit: EXIT.verification,
    hint: 'Everything that the decision input names by digest must be at hand.',
  },
  ENGINE_VERSION_UNAVAILABLE: {
    status: 422,
    exit: EXIT.verification,
    hint: 'Replay with a release that has the version named; the manifest of a capsule names the one that made it.',
  },
} as const;

export const fail = errorFactory(CAPSULE_ERRORS);
