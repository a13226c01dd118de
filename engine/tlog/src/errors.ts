import { errorFactory, EXIT } from '@stella-ops/engine-kernel';

export const TLOG_ERRORS = {
  NOTE_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'A note is UTF-8 text that ends with a newline; a signer name has no white space and no "+".',
  },
  CHECKPOINT_INVALID: {
    status: 422,
    exit: EXIT.invalid,
    hint: 'An origin is one non-empty line, a size is not negative, a root has 32 bytes.',
  },
  PROOF_OUT_OF_RANGE: {
    status: 404,
    exit: EXIT.notFound,
    hint: 'Ask for an index below the size of the tree, and for a size from 1 to the present one.',
  },
  LOG_NOT_FOUND: {
    status: 404,
    exit: EXIT.notFound,
    hint: 'Check the path of the log file, or create a log there.',
  },
  LOG_ORIGIN_MISMATCH: {
    status: 409,
    exit: EXIT.invalid,
    hint: 'Open the log with the origin it was created with; an origin never changes.',
  },
  LOG_ENTRY_TOO_LARGE: { status: 413, exit: EXIT.invalid, hint: 'Log a digest and a signature, not the document.' },
  LOG_BUSY: {
    status: 503,
    exit: EXIT.retry,
    retryable: true,
    hint: 'Another process holds the log; try again.',
  },
  LOG_UNWRITABLE: {
    status: 507,
    exit: EXIT.unexpected,
    hint: 'Check space and permissions of the folder that holds the log file.',
  },
  LOG_DAMAGED: {
    status: 500,
    exit: EXIT.verification,
    hint: 'The log file is not whole. Keep it, restore the newest copy, or start a log with a new origin.',
  },
  LOG_FORKED: {
    status: 500,
    exit: EXIT.verification,
    hint: 'Entries and signed checkpoint disagree; going on would sign a second history. Start a log with a new origin.',
  },
} as const;

export const fail = errorFactory(TLOG_ERRORS);
