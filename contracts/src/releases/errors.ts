import { EXIT } from '@stella-ops/engine-kernel/errors';
import type { ErrorTable } from '../errors.ts';

export const RELEASES_ERRORS = {
  NAME_TAKEN: { status: 409, exit: EXIT.invalid, hint: 'Choose another name.' },
  ORDER_TAKEN: { status: 409, exit: EXIT.invalid, hint: 'Each environment has its own place in the order.' },
  COMPONENT_UNKNOWN: { status: 422, exit: EXIT.notFound, hint: 'Create it with "stella component create".' },
  VERSION_TAKEN: { status: 409, exit: EXIT.invalid, hint: 'A release never changes: choose another version.' },
  IMAGE_UNRESOLVED: {
    status: 422,
    exit: EXIT.notFound,
    hint: 'Name an image that the registry has, or a digest that was scanned.',
  },
  REPOSITORY_MISMATCH: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'The image must come from the repository of its component.',
  },
  ENVIRONMENT_IN_USE: { status: 409, exit: EXIT.invalid, hint: 'End its open promotions first.' },
  RELEASE_UNKNOWN: { status: 422, exit: EXIT.notFound, hint: 'Check the id of the release.' },
  ENVIRONMENT_UNKNOWN: { status: 422, exit: EXIT.notFound, hint: 'Check the name of the environment.' },
  PROMOTION_EXISTS: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'This release is already on its way there; look at that promotion.',
  },
  PROMOTION_STATE: { status: 409, exit: EXIT.invalid, hint: 'Read the promotion: its state does not allow this.' },
  SEPARATION_OF_DUTIES: {
    status: 403,
    exit: EXIT.verification,
    hint: 'Another person than the one who asked must approve; other logins and tokens of that person count as the person.',
  },
  ALREADY_DECIDED: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'One approval of a person counts; another person must approve.',
  },
  FREEZE_INVALID: { status: 422, exit: EXIT.invalid, hint: 'A freeze ends after it starts.' },
} as const satisfies ErrorTable;
