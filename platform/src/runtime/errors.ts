import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const RUNTIME_ERRORS = {
  CONFIG_INVALID: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Correct the settings named; the configuration reference lists all.',
  },
  CONFIG_UNREADABLE: { status: 500, exit: EXIT.invalid, hint: 'Check that the file exists and may be read.' },
  ROLE_UNKNOWN: { status: 500, exit: EXIT.invalid, hint: 'Use "all" or names of services.' },
  PORT_IN_USE: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Stop the other process, or choose another port with http.port and http.apiPort.',
  },
  ADDRESS_UNAVAILABLE: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Set http.host to an address of this machine, and ports that this user may take.',
  },
  MASTER_KEY_INVALID: {
    status: 500,
    exit: EXIT.invalid,
    hint: 'Give the file of the key that the secrets of this installation were sealed with.',
  },
  SEALED_INVALID: {
    status: 500,
    exit: EXIT.verification,
    hint: 'It was sealed with another master key, or changed since: restore both from the same backup.',
  },
  SERVICE_START_FAILED: { status: 500, exit: EXIT.unexpected, hint: 'The cause stands in the log.' },
} as const;

export const fail = errorFactory(RUNTIME_ERRORS);
