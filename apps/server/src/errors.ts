import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const SERVER_ERRORS = {
  ROLES_NEED_DATABASE: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Set database.url to a PostgreSQL that all processes reach, or run --roles all.',
  },
  PEERS_MISSING: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Set peers.NAME to https://host:port of the process that runs it, or add it to --roles.',
  },
} as const;

export const fail = errorFactory(SERVER_ERRORS);
