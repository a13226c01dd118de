import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const COMPOSE_ERRORS = {
  COMPOSE_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'Correct the member named; the guide lists what is supported.',
  },
  COMPOSE_IMAGE_MISSING: {
    status: 422,
    exit: EXIT.notFound,
    hint: 'Add the component to the release, or name another one in the template.',
  },
  PLAN_INVALID: { status: 422, exit: EXIT.invalid, hint: 'Render the plan again; it is not what was promised.' },
} as const;

export const fail = errorFactory(COMPOSE_ERRORS);
