import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const EVENT_COMMAND_ERRORS = {
  EVENTS_USAGE: { status: 500, exit: EXIT.invalid, hint: 'See "stella-server --help".' },
  EVENTS_NONE_PARKED: {
    status: 500,
    exit: EXIT.notFound,
    hint: 'Look at "stella-server events list": it may have been done, tried again or skipped meanwhile.',
  },
  EVENTS_NOT_MIGRATED: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Start the server of this release once on it: it migrates before it listens.',
  },
} as const;

export const fail = errorFactory(EVENT_COMMAND_ERRORS);
